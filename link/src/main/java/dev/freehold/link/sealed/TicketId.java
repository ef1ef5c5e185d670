// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import java.util.HexFormat;

/**
 * What names a ticket where everybody sees it.
 *
 * @param hex 32 lower-case hexadecimal digits
 */
record TicketId(String hex) {
  static final int BYTES = 16;

  /**
   * Refuses other lengths.
   *
   * @throws IllegalArgumentException if it has not 32 digits
   */
  TicketId {
    if (hex.length() != 2 * BYTES) {
      throw new IllegalArgumentException("a ticket's id has 32 hexadecimal digits");
    }
  }

  /** Of the 16 bytes that begin at {@code offset}. */
  static TicketId at(byte[] bytes, int offset) {
    return new TicketId(HexFormat.of().formatHex(bytes, offset, offset + BYTES));
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }
}
