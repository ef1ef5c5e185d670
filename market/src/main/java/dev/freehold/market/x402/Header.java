// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import dev.freehold.record.Json;
import dev.freehold.record.Members;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What stands in x402's headers: base64 of JSON. */
public enum Header {
  /** What must be paid, in a response with status 402. */
  REQUIRED("PAYMENT-REQUIRED"),
  /** What the payer signed, in a request. */
  SIGNATURE("PAYMENT-SIGNATURE"),
  /** What came of it, in a response. */
  RESPONSE("PAYMENT-RESPONSE");

  /** More characters are not read. */
  static final int LIMIT = 12_288;

  private final String text;

  Header(String text) {
    this.text = text;
  }

  /** Its name. */
  public String text() {
    return text;
  }

  static String encode(Json.Obj value) {
    return Base64.getEncoder().encodeToString(value.write().getBytes(StandardCharsets.UTF_8));
  }

  static Json decode(String value) throws Members.MalformedException {
    if (value.length() > LIMIT) {
      throw new Members.MalformedException("longer than " + LIMIT + " characters");
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(value);
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException("not base64");
    }
    if (!Base64.getEncoder().encodeToString(bytes).equals(value)) {
      throw new Members.MalformedException("not the one base64 of its bytes");
    }
    return Members.parse(bytes, LIMIT);
  }
}
