// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.payment;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** An account or contract on an EVM chain: 20 bytes, written with the checksum of ERC-55. */
public final class Address {
  /** Length of an address in bytes. */
  public static final int BYTES = 20;

  private final byte[] bytes;

  private Address(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Wraps 20 bytes.
   *
   * @throws IllegalArgumentException if there are not exactly 20
   */
  public static Address of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("an address has 20 bytes, these are " + bytes.length);
    }
    return new Address(bytes.clone());
  }

  /**
   * Reads {@code 0x} and 40 hexadecimal digits, whose letters are large or small as ERC-55 wants
   * it; empty for everything else, so that a digit that was mistyped is noticed.
   */
  public static Optional<Address> parse(String text) {
    if (text.length() != 2 + 2 * BYTES || !text.startsWith("0x")) {
      return Optional.empty();
    }
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < 2 * BYTES; i++) {
      char c = text.charAt(2 + i);
      if (!HexFormat.isHexDigit(c)) {
        return Optional.empty();
      }
      bytes[i / 2] |= (byte) (HexFormat.fromHexDigit(c) << (i % 2 == 0 ? 4 : 0));
    }
    Address address = new Address(bytes);
    return address.toString().equals(text) ? Optional.of(address) : Optional.empty();
  }

  /** The address of a public key: the end of the digest of its two coordinates. */
  static Address of(byte[] uncompressedKey, int from) {
    byte[] point = Arrays.copyOfRange(uncompressedKey, from, uncompressedKey.length);
    return new Address(Arrays.copyOfRange(Keccak256.hash(point).bytes(), 12, 32));
  }

  /** A copy of the 20 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Address that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    String digits = HexFormat.of().formatHex(bytes);
    byte[] checksum = Keccak256.hash(digits).bytes();
    StringBuilder text = new StringBuilder("0x");
    for (int i = 0; i < digits.length(); i++) {
      int nibble = checksum[i / 2] >> (i % 2 == 0 ? 4 : 0) & 0xf;
      text.append(nibble >= 8 ? Character.toUpperCase(digits.charAt(i)) : digits.charAt(i));
    }
    return text.toString();
  }
}
