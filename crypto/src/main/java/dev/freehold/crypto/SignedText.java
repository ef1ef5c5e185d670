// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A text that carries its own signature, in hexadecimal digits, and whose signature covers all of
 * it but a part around these. Nothing is copied, since a gateway signs some thousands a second:
 * {@link SigningKey#signTexts} writes the digits where they belong.
 *
 * @param bytes the text
 * @param from the first byte that is not covered
 * @param digits where the {@value #DIGITS} digits belong
 * @param to the byte behind the last that is not covered
 */
@SuppressWarnings("ArrayRecordComponent") // written to, and never compared
public record SignedText(byte[] bytes, int from, int digits, int to) {
  /** Length of a signature in hexadecimal digits. */
  public static final int DIGITS = 2 * Signature.BYTES;

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  /**
   * Checks the places.
   *
   * @throws IndexOutOfBoundsException if they are not in this order, or leave the text
   */
  public SignedText {
    Objects.checkFromToIndex(from, to, bytes.length);
    Objects.checkFromToIndex(from, digits, to);
    Objects.checkFromIndexSize(digits, DIGITS, to);
  }

  /** Length of what is covered. */
  int length() {
    return bytes.length - (to - from);
  }

  /** Puts what is covered into a room, from a place on. */
  void copyTo(byte[] room, int at) {
    System.arraycopy(bytes, 0, room, at, from);
    System.arraycopy(bytes, to, room, at + from, bytes.length - to);
  }

  /** A copy of what is covered. */
  public byte[] message() {
    byte[] message = new byte[length()];
    copyTo(message, 0);
    return message;
  }

  /** Writes the signature that begins at this place of an array. */
  void write(byte[] signatures, int at) {
    for (int i = 0; i < Signature.BYTES; i++) {
      bytes[digits + 2 * i] = HEX[(signatures[at + i] >> 4) & 15];
      bytes[digits + 2 * i + 1] = HEX[signatures[at + i] & 15];
    }
  }
}
