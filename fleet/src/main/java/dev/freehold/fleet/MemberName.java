// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a person calls a machine. It proves nothing: the key does.
 *
 * @param text 1 to 32 of a-z, 0-9 and '-'
 */
public record MemberName(String text) {
  /** The longest. */
  public static final int LENGTH_LIMIT = 32;

  private static final Pattern FORM = Pattern.compile("[a-z0-9-]{1,32}");

  /**
   * Refuses other characters and lengths.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public MemberName {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("a machine's name has 1 to 32 of a-z, 0-9 and '-'");
    }
  }

  /** The nearest name to any text, a host's name for example. */
  public static MemberName near(String text) {
    String plain = text.toLowerCase(Locale.ROOT).replaceAll("\\..*", "");
    plain = plain.replaceAll("[^a-z0-9-]", "-");
    return new MemberName(
        plain.isEmpty() ? "machine" : plain.substring(0, Math.min(plain.length(), LENGTH_LIMIT)));
  }

  /** This name with a number behind it, where another machine has it already. */
  public MemberName numbered(int number) {
    String end = "-" + number;
    return new MemberName(
        text.substring(0, Math.min(text.length(), LENGTH_LIMIT - end.length())) + end);
  }

  @Override
  public String toString() {
    return text;
  }
}
