// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.dsse;

import dev.freehold.record.Members;
import java.util.Base64;

/** Base64 as DSSE and Sigstore have it: with padding, stray bits zero. */
public final class Base64Text {
  private Base64Text() {}

  /** The bytes of a text in the usual alphabet or in that for URLs. */
  public static byte[] decode(String what, String text) throws Members.MalformedException {
    boolean url = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
    try {
      byte[] bytes = (url ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text);
      String again = (url ? Base64.getUrlEncoder() : Base64.getEncoder()).encodeToString(bytes);
      if (again.equals(text)) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new Members.MalformedException(what + " is not base64 with padding");
  }

  /** The text of bytes, in the usual alphabet. */
  public static String encode(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
