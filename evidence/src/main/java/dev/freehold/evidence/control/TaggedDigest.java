// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

import dev.freehold.record.Digest;

/**
 * A digest that names its algorithm, as the standard writes it: {@code sha-256:} and hexadecimal
 * digits.
 *
 * @param algorithm which one
 * @param hex lower-case hexadecimal digits, as many as the algorithm gives
 */
public record TaggedDigest(Algorithm algorithm, String hex) {

  /** The standard's hash algorithms. */
  public enum Algorithm {
    SHA_256("sha-256", 64),
    SHA_384("sha-384", 96),
    SHA_512("sha-512", 128),
    SHA3_256("sha3-256", 64);

    private final String tag;
    private final int digits;

    Algorithm(String tag, int digits) {
      this.tag = tag;
      this.digits = digits;
    }

    /** As it stands before the colon. */
    public String tag() {
      return tag;
    }
  }

  /**
   * Refuses other digits, and more or fewer than the algorithm gives.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public TaggedDigest {
    int strays = 0;
    for (int i = 0; i < hex.length(); i++) {
      char c = hex.charAt(i);
      strays += (char) (c - '0') < 10 || (char) (c - 'a') < 6 ? 0 : 1;
    }
    if (strays > 0 || hex.length() != algorithm.digits) {
      throw new IllegalArgumentException(
          "a digest tagged "
              + algorithm.tag
              + " has "
              + algorithm.digits
              + " lower-case hexadecimal digits");
    }
  }

  /** The tagged form of a SHA-256 digest. */
  public static TaggedDigest of(Digest digest) {
    return new TaggedDigest(Algorithm.SHA_256, digest.hex());
  }

  /**
   * Reads {@link #toString}.
   *
   * @throws IllegalArgumentException for every other text
   */
  public static TaggedDigest parse(String text) {
    for (Algorithm algorithm : Algorithm.values()) {
      if (tagged(text, algorithm)) {
        return new TaggedDigest(algorithm, text.substring(algorithm.tag.length() + 1));
      }
    }
    throw new IllegalArgumentException("a digest starts with its algorithm: sha-256:, for example");
  }

  /** Whether a text begins with an algorithm's tag, whatever follows. */
  static boolean tagged(String text) {
    for (Algorithm algorithm : Algorithm.values()) {
      if (tagged(text, algorithm)) {
        return true;
      }
    }
    return false;
  }

  private static boolean tagged(String text, Algorithm algorithm) {
    return text.length() > algorithm.tag.length()
        && text.charAt(algorithm.tag.length()) == ':'
        && text.startsWith(algorithm.tag);
  }

  @Override
  public String toString() {
    return algorithm.tag + ":" + hex;
  }
}
