// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import java.util.BitSet;

/**
 * A rendered prompt that remembers where each part of it came from.
 *
 * @param text the prompt
 * @param trusted one bit for each UTF-16 unit of the text: set where it came from the template
 *     itself (or from a value that the caller vouches for), clear where any part of it came from
 *     messages, tools or other inputs
 */
public record Rendered(String text, BitSet trusted) {
  /** Copies the bits and refuses bits beyond the text. */
  public Rendered {
    trusted = (BitSet) trusted.clone();
    if (trusted.length() > text.length()) {
      throw new IllegalArgumentException(
          "bit " + (trusted.length() - 1) + " lies beyond the text's " + text.length() + " units");
    }
  }

  /** A text in which nothing is trusted. */
  public static Rendered untrusted(String text) {
    return new Rendered(text, new BitSet());
  }

  /** A text that is trusted throughout. */
  public static Rendered trusted(String text) {
    BitSet all = new BitSet();
    all.set(0, text.length());
    return new Rendered(text, all);
  }

  /** A copy of the bits. */
  @Override
  public BitSet trusted() {
    return (BitSet) trusted.clone();
  }
}
