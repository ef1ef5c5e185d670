// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.stage;

import dev.freehold.crypto.NodeId;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.OptionalInt;

/**
 * What a stage says of one sequence: that out of these rows its layers made those.
 *
 * @param run the sequence
 * @param session the stage's own name for this opening of it
 * @param model digest of the model's file
 * @param arithmetic version of docs/formats/arithmetic.md
 * @param positions done so far: 0 to positions - 1
 * @param choosing the first position at which a choice was given
 * @param asked {@link Asking#digest}
 * @param taken root over the rows taken in
 * @param given root over the rows given out
 * @param node whose statement it is
 */
public record StageStatement(
    Nonce run,
    Nonce session,
    Digest model,
    int arithmetic,
    StageLayers layers,
    int positions,
    OptionalInt choosing,
    Digest asked,
    Digest taken,
    Digest given,
    NodeId node) {
  /** Bytes before the signature. */
  static final int BYTES = 211;

  private static final byte[] DOMAIN =
      "freehold stage/1 statement".getBytes(StandardCharsets.US_ASCII);

  /** Refuses numbers that no stage has. */
  public StageStatement {
    if (arithmetic < 1 || positions < 1) {
      throw new IllegalArgumentException(
          "arithmetic version %d, %d positions: nothing to state".formatted(arithmetic, positions));
    }
    if (choosing.isPresent()
        && (choosing.getAsInt() < 0 || choosing.getAsInt() >= positions || !layers.isLast())) {
      throw new IllegalArgumentException(
          "%s of %d positions choose nothing at position %d"
              .formatted(layers, positions, choosing.getAsInt()));
    }
  }

  /** The one encoding, without signature. */
  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(BYTES);
    out.put((byte) 1);
    out.put(HexFormat.of().parseHex(run.hex()));
    out.put(HexFormat.of().parseHex(session.hex()));
    out.put(model.bytes()).putInt(arithmetic);
    out.putShort((short) layers.first());
    out.putShort((short) layers.end());
    out.putShort((short) layers.total());
    out.putInt(positions).putInt(choosing.orElse(-1));
    out.put(asked.bytes()).put(taken.bytes()).put(given.bytes());
    out.put(node.key().bytes());
    return out.array();
  }

  /** What is signed. */
  byte[] signedBytes() {
    return ByteBuffer.allocate(DOMAIN.length + BYTES).put(DOMAIN).put(encode()).array();
  }
}
