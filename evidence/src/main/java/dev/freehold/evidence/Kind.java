// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import java.util.Locale;

/** What was asked for. */
public enum Kind {
  CHAT("/v1/chat/completions"),
  COMPLETION("/v1/completions"),
  EMBEDDING("/v1/embeddings");

  private final String path;

  Kind(String path) {
    this.path = path;
  }

  /** The path of the HTTP API that takes such requests. */
  public String path() {
    return path;
  }

  /** As formats write it: {@code chat}, {@code completion}, {@code embedding}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads {@link #text}.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static Kind parse(String text) {
    for (Kind kind : values()) {
      if (kind.text().equals(text)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("a receipt is of kind chat, completion or embedding");
  }
}
