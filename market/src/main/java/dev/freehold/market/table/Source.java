// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

import dev.freehold.crypto.NodeId;
import java.util.Locale;

/**
 * From whom listings came.
 *
 * @param kind what it is to this buyer
 * @param node which one: its key is proven by the link
 */
public record Source(Kind kind, NodeId node) {
  /** What a source is to a buyer. */
  public enum Kind {
    /** A machine of its own fleet. */
    PEER,
    /** A relay's board. */
    RELAY,
    /** The seller itself. */
    SELLER;

    private String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Reads {@link #toString}.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static Source parse(String text) {
    for (Kind kind : Kind.values()) {
      String start = kind.text() + " ";
      if (text.startsWith(start)) {
        return new Source(
            kind,
            NodeId.parse(text.substring(start.length()))
                .orElseThrow(() -> new IllegalArgumentException("a source is no did:key")));
      }
    }
    throw new IllegalArgumentException("a source is a peer, relay or seller and its did:key");
  }

  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    return kind.text() + " " + node;
  }
}
