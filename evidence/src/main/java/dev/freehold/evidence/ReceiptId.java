// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import java.util.regex.Pattern;

/**
 * The name of a receipt: {@code r-} and the first 20 hexadecimal digits of the SHA-256 of the bytes
 * that its signature is over.
 *
 * @param text 22 characters
 */
public record ReceiptId(String text) {
  private static final Pattern FORM = Pattern.compile("r-[0-9a-f]{20}");

  /**
   * Refuses every other form.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public ReceiptId {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "a receipt's id is r- and 20 lower-case hexadecimal digits");
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
