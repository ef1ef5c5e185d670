// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.util.regex.Pattern;

/**
 * What a stream is for: named by whoever opens it, and by whoever serves it.
 *
 * @param name 1 to 64 characters of a-z, 0-9, '.', '-' and '/', e.g. {@code freehold/job/1}
 */
public record Protocol(String name) {
  /** The longest name. */
  public static final int LENGTH_LIMIT = 64;

  private static final Pattern FORM = Pattern.compile("[a-z0-9./-]{1,64}");

  /**
   * Refuses other characters and lengths.
   *
   * @throws IllegalArgumentException if the name is not of the documented form
   */
  public Protocol {
    if (!FORM.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a protocol's name has 1 to 64 characters of a-z, 0-9, '.', '-' and '/'");
    }
  }
}
