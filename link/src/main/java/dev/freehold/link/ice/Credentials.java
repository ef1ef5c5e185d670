// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * What shows that a check comes from who told it, for one attempt (RFC 8445, section 5.3).
 *
 * @param fragment names the attempt; 8 ice-chars
 * @param password 24 ice-chars: 144 bits
 */
public record Credentials(String fragment, String password) {
  static final int FRAGMENT_LENGTH = 8;
  static final int PASSWORD_LENGTH = 24;

  private static final String CHARACTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  private static final Pattern FRAGMENT = Pattern.compile("[A-Za-z0-9+/]{8}");
  private static final Pattern PASSWORD = Pattern.compile("[A-Za-z0-9+/]{24}");

  /**
   * Refuses other characters and lengths.
   *
   * @throws IllegalArgumentException if one is not of the documented form
   */
  public Credentials {
    if (!FRAGMENT.matcher(fragment).matches() || !PASSWORD.matcher(password).matches()) {
      throw new IllegalArgumentException("a fragment has 8 ice-chars and a password 24");
    }
  }

  /** Fresh ones; {@code random} must be one that nobody guesses. */
  public static Credentials random(RandomGenerator random) {
    return new Credentials(
        characters(random, FRAGMENT_LENGTH), characters(random, PASSWORD_LENGTH));
  }

  private static String characters(RandomGenerator random, int count) {
    StringBuilder drawn = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      drawn.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
    }
    return drawn.toString();
  }

  /** The password stays out of logs. */
  @Override
  public String toString() {
    return "credentials " + fragment;
  }
}
