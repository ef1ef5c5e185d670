// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import java.util.List;

/**
 * Finds stop strings in a text that comes in pieces. Text that could still become a stop string is
 * held back. If several are completed by one piece, the one that begins first ends the text. One
 * thread at a time.
 */
public final class StopStrings {
  private final List<String> stops;
  private String held = "";
  private boolean found;

  /**
   * @param stops none of them empty
   */
  public StopStrings(List<String> stops) {
    if (stops.contains("")) {
      throw new IllegalArgumentException("an empty stop string would end every text at once");
    }
    this.stops = List.copyOf(stops);
  }

  /** Takes the next piece; gives the text that no stop string can claim any more. */
  public String push(String piece) {
    if (found) {
      return "";
    }
    if (stops.isEmpty()) {
      return piece;
    }
    String text = held + piece;
    int first = -1;
    for (String stop : stops) {
      int at = text.indexOf(stop);
      if (at >= 0 && (first < 0 || at < first)) {
        first = at;
      }
    }
    if (first >= 0) {
      found = true;
      held = "";
      return text.substring(0, first);
    }
    int safe = text.length() - unfinished(text);
    held = text.substring(safe);
    return text.substring(0, safe);
  }

  /** Whether a stop string has appeared: the text has ended before it. */
  public boolean found() {
    return found;
  }

  /** Ends the text; gives what was held back. */
  public String finish() {
    String rest = held;
    held = "";
    return rest;
  }

  /** The length of the longest end of the text with which a stop string begins. */
  private int unfinished(String text) {
    int longest = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, text.length()); n > longest; n--) {
        if (text.startsWith(stop.substring(0, n), text.length() - n)) {
          longest = n;
        }
      }
    }
    return longest;
  }
}
