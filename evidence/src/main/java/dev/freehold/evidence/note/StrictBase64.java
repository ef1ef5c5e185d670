// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import dev.freehold.record.Digest;
import java.util.Base64;
import java.util.Optional;

/** Standard base64 (RFC 4648, section 4) in its one form: padded, stray bits zero. */
public final class StrictBase64 {
  private StrictBase64() {}

  /** The bytes, if the text is the one form of any. */
  public static Optional<byte[]> decode(String text) {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      return encode(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The hash, if the text is the one form of 32 bytes. */
  public static Optional<Digest> hash(String text) {
    return decode(text).filter(bytes -> bytes.length == Digest.BYTES).map(Digest::of);
  }

  /** The one form of these bytes. */
  public static String encode(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** The one form of a hash. */
  public static String encode(Digest hash) {
    return encode(hash.bytes());
  }
}
