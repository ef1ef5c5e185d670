// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Salt;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * The two salts of one answer, and the salted digests of docs/formats/receipt.md.
 *
 * @param request hides the request
 * @param response hides the response, the output tokens and the trace
 */
public record Salts(Salt request, Salt response) {
  /** Fresh salts; the generator must be a secure one. */
  public static Salts random(RandomGenerator secure) {
    return new Salts(Salt.random(secure), Salt.random(secure));
  }

  /** The digest of a request's body as it came. */
  public Digest ofRequest(String body) {
    return request.digest(body.getBytes(StandardCharsets.UTF_8));
  }

  /** The digest of the response's {@code choices}, or {@code data} for an embedding. */
  public Digest ofResponse(Json.Arr choices) {
    return response.digest(CanonicalJson.bytes(choices));
  }

  /** The digest of the output tokens of one choice. */
  public Digest ofTokens(int[] output) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(output.length, Integer.BYTES));
    bytes.asIntBuffer().put(output);
    return response.digest(bytes.array());
  }

  /** The commitment to the trace root of one choice. */
  public Digest ofTrace(Digest traceRoot) {
    return MerkleTree.node(MerkleTree.leaf(response.bytes()), traceRoot);
  }
}
