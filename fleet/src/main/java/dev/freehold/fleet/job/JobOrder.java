// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.evidence.Kind;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What is to be answered (docs/formats/job.md): with the model, every machine gives the same
 * choices for it.
 *
 * @param kind what is asked for
 * @param model SHA-256 of the model's file
 * @param nonce to stand in the receipt
 * @param seed taken where the body gives none; 0 to 2^53 - 1
 * @param body the request's body as the client sent it, 1 to {@value #BODY_LIMIT} bytes of UTF-8
 */
public record JobOrder(Kind kind, Digest model, Nonce nonce, long seed, String body) {
  /** The longest body in bytes. */
  public static final int BODY_LIMIT = 1 << 22;

  /** In the order of their codes, from 1 on. */
  private static final List<Kind> KINDS = List.of(Kind.CHAT, Kind.COMPLETION, Kind.EMBEDDING);

  private static final byte VERSION = 1;
  private static final int DIGEST_BYTES = 32;
  private static final int HEAD_BYTES = 2 + DIGEST_BYTES + Nonce.BYTES + Long.BYTES;
  private static final long SEEDS = 1L << 53;

  /** The longest order in bytes. */
  static final int LIMIT = HEAD_BYTES + BODY_LIMIT;

  /**
   * Checks seed and body.
   *
   * @throws IllegalArgumentException if the seed is out of range, or the body empty or too long
   */
  public JobOrder {
    if (seed < 0 || seed >= SEEDS) {
      throw new IllegalArgumentException("a job's seed is 0 to 2^53 - 1");
    }
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    if (length < 1 || length > BODY_LIMIT) {
      throw new IllegalArgumentException("a job's body has 1 to " + BODY_LIMIT + " bytes");
    }
  }

  /** The one encoding. */
  public byte[] encode() {
    byte[] text = body.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(HEAD_BYTES + text.length)
        .put(VERSION)
        .put((byte) (KINDS.indexOf(kind) + 1))
        .put(model.bytes())
        .put(HexFormat.of().parseHex(nonce.hex()))
        .putLong(seed)
        .put(text)
        .array();
  }

  /** Reads the one encoding. */
  public static Parsed<JobOrder> decode(byte[] bytes) {
    if (bytes.length <= HEAD_BYTES || bytes.length > LIMIT) {
      return new Parsed.Malformed<>("an order of " + bytes.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.get() != VERSION) {
      return new Parsed.Malformed<>("an order of another version");
    }
    int kind = in.get();
    if (kind < 1 || kind > KINDS.size()) {
      return new Parsed.Malformed<>("an order of kind " + kind);
    }
    byte[] model = new byte[DIGEST_BYTES];
    byte[] nonce = new byte[Nonce.BYTES];
    in.get(model).get(nonce);
    long seed = in.getLong();
    if (seed < 0 || seed >= SEEDS) {
      return new Parsed.Malformed<>("an order's seed is not below 2^53");
    }
    try {
      String body =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Arrays.copyOfRange(bytes, HEAD_BYTES, bytes.length)))
              .toString();
      return new Parsed.Read<>(
          new JobOrder(
              KINDS.get(kind - 1),
              Digest.of(model),
              new Nonce(HexFormat.of().formatHex(nonce)),
              seed,
              body));
    } catch (CharacterCodingException e) {
      return new Parsed.Malformed<>("an order's body is not UTF-8");
    }
  }
}
