// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.payment;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.digests.KeccakDigest;

/** A Keccak-256 digest, as EVM chains use it: the padding is that from before SHA-3. */
public final class Keccak256 {
  /** Length of a digest in bytes. */
  public static final int BYTES = 32;

  private static final Pattern TEXT = Pattern.compile("0x[0-9a-f]{64}");

  private final byte[] bytes;

  private Keccak256(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Wraps 32 bytes that are already a digest.
   *
   * @throws IllegalArgumentException if there are not exactly 32
   */
  public static Keccak256 of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "a Keccak-256 digest has 32 bytes, these are " + bytes.length);
    }
    return new Keccak256(bytes.clone());
  }

  /** Reads {@code 0x} and 64 lower-case hexadecimal digits; empty for everything else. */
  public static Optional<Keccak256> parse(String text) {
    return TEXT.matcher(text).matches()
        ? Optional.of(new Keccak256(HexFormat.of().parseHex(text, 2, text.length())))
        : Optional.empty();
  }

  /** The digest of the concatenation of {@code parts}. */
  public static Keccak256 hash(byte[]... parts) {
    KeccakDigest keccak = new KeccakDigest(256);
    for (byte[] part : parts) {
      keccak.update(part, 0, part.length);
    }
    byte[] digest = new byte[BYTES];
    keccak.doFinal(digest, 0);
    return new Keccak256(digest);
  }

  /** The digest of a text's UTF-8 bytes. */
  public static Keccak256 hash(String text) {
    return hash(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A copy of the 32 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Keccak256 that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** {@code 0x} and 64 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return "0x" + HexFormat.of().formatHex(bytes);
  }
}
