// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * LabeledExtract and LabeledExpand (RFC 9180, section 4); the suite identifier separates one use
 * from another.
 */
final class Labeled {
  static final byte[] VERSION = ascii("HPKE-v1");

  private final byte[] suite;

  Labeled(byte[] suite) {
    this.suite = suite;
  }

  byte[] extract(byte[] salt, String label, byte[] keyMaterial) {
    return Hkdf.extract(salt, join(VERSION, suite, ascii(label), keyMaterial));
  }

  byte[] expand(byte[] pseudoRandomKey, String label, byte[] info, int length) {
    return Hkdf.expand(
        pseudoRandomKey, join(two(length), VERSION, suite, ascii(label), info), length);
  }

  static byte[] two(int number) {
    return new byte[] {(byte) (number >> 8), (byte) number};
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
