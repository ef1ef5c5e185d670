// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/** A SHA-256 digest: the name of a thing, wherever its bytes came from. */
public final class Digest implements Comparable<Digest> {
  /** Length of a digest in bytes. */
  public static final int BYTES = 32;

  private static final String PREFIX = "sha256:";

  /** Never fed: copying it costs a tenth of looking for the algorithm again. */
  private static final MessageDigest UNFED = unfed();

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Wraps 32 bytes that are already a digest.
   *
   * @throws IllegalArgumentException if there are not exactly 32
   */
  public static Digest of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "a SHA-256 digest has 32 bytes, these are " + bytes.length);
    }
    return new Digest(bytes.clone());
  }

  /**
   * The 32 bytes from a place in an array on, which are copied.
   *
   * @throws IndexOutOfBoundsException if the array ends before that
   */
  public static Digest at(byte[] room, int from) {
    Objects.checkFromIndexSize(from, BYTES, room.length);
    return new Digest(Arrays.copyOfRange(room, from, from + BYTES));
  }

  /** The digest of the concatenation of {@code parts}. */
  public static Digest sha256(byte[]... parts) {
    MessageDigest hash = newSha256();
    for (byte[] part : parts) {
      hash.update(part);
    }
    return new Digest(hash.digest());
  }

  /** The digest of the first bytes of an array, for those who write many things into one room. */
  public static Digest sha256(byte[] room, int length) {
    MessageDigest hash = newSha256();
    hash.update(room, 0, length);
    return new Digest(hash.digest());
  }

  /** The digest of a text's UTF-8 bytes. */
  public static Digest sha256(String text) {
    return sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A fresh SHA-256, for streams too long to hold. Finish it with {@link #of}. */
  public static MessageDigest newSha256() {
    try {
      return (MessageDigest) UNFED.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the platform's SHA-256 can be copied", e);
    }
  }

  private static MessageDigest unfed() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Reads {@code sha256:} followed by 64 lower-case hexadecimal digits, and nothing else.
   *
   * @throws IllegalArgumentException if the text has any other form
   */
  public static Digest parse(String text) {
    if (!text.startsWith(PREFIX)) {
      throw new IllegalArgumentException("a digest starts with sha256:, this is '" + text + "'");
    }
    return ofHex(text.substring(PREFIX.length()));
  }

  /**
   * Reads 64 lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException if the text has any other form
   */
  public static Digest ofHex(String hex) {
    if (hex.length() != 2 * BYTES) {
      throw new IllegalArgumentException(
          "a digest has 64 hexadecimal digits, '" + hex + "' has " + hex.length());
    }
    for (int i = 0; i < hex.length(); i++) {
      char c = hex.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        throw new IllegalArgumentException(
            "a digest is written in lower-case hexadecimal digits, '" + hex + "' is not");
      }
    }
    return new Digest(HexFormat.of().parseHex(hex));
  }

  /** A copy of the 32 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Puts the 32 bytes into an array, from a place on. */
  public void copyTo(byte[] room, int at) {
    System.arraycopy(bytes, 0, room, at, BYTES);
  }

  /** 64 lower-case hexadecimal digits. */
  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public int compareTo(Digest other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** {@code sha256:} and 64 hexadecimal digits: what {@link #parse} reads. */
  @Override
  public String toString() {
    return PREFIX + hex();
  }
}
