// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;

/**
 * Who counts the entries: usually a {@code did:key}.
 *
 * @param text 1 to 200 printable ASCII characters
 */
public record Source(String text) implements Comparable<Source> {
  /**
   * Checks the characters.
   *
   * @throws IllegalArgumentException if it has others or another length
   */
  public Source {
    if (text.isEmpty()
        || text.length() > 200
        || !text.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException("a source is 1 to 200 printable ASCII characters");
    }
  }

  /** As a JSON string; only two of its characters could need an escape. */
  String quoted() {
    return text.indexOf('"') < 0 && text.indexOf('\\') < 0
        ? "\"" + text + "\""
        : CanonicalJson.text(Json.of(text));
  }

  @Override
  public int compareTo(Source other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
