// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.record.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * 32 random bytes: the inviter's, to which its invite commits, or the joiner's nonce.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
record Drawn(String hex) {
  static final int BYTES = 32;

  Drawn {
    Digest.ofHex(hex);
  }

  static Drawn of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("32 bytes are drawn, not " + bytes.length);
    }
    return new Drawn(HexFormat.of().formatHex(Arrays.copyOf(bytes, BYTES)));
  }

  static Drawn random(RandomGenerator random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return of(bytes);
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  Digest commitment() {
    return Digest.sha256("freehold pair/1 secret".getBytes(StandardCharsets.US_ASCII), bytes());
  }

  /** Never the bytes: one of them is a secret. */
  @Override
  public String toString() {
    return "Drawn";
  }
}
