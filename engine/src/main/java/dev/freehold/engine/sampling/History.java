// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import java.util.Arrays;

/**
 * The tokens that a sequence holds so far, counted for the penalties: which of them occur at all,
 * and how often each occurs in the output. One thread at a time.
 */
public final class History {
  /** Token at each index of the dense lists, in order of first occurrence. */
  private int[] tokens = new int[64];

  private int[] outputCounts = new int[64];
  private int size;

  /** Open addressing: index into the dense lists plus 1, or 0. A power of two long. */
  private int[] slots = new int[256];

  /** An empty history. */
  public History() {}

  /** The history of a sequence whose output has not begun. */
  public static History ofPrompt(int[] prompt) {
    History history = new History();
    for (int token : prompt) {
      history.find(token);
    }
    return history;
  }

  /** Counts a token of the output. */
  public void add(int token) {
    // In two steps: finding may replace the array.
    int index = find(token);
    outputCounts[index]++;
  }

  /** How many different tokens occurred. */
  int size() {
    return size;
  }

  /** The token at an index below {@link #size}. */
  int token(int index) {
    return tokens[index];
  }

  /** How often the token at that index stands in the output: 0 where only the prompt has it. */
  int outputCount(int index) {
    return outputCounts[index];
  }

  private int find(int token) {
    int mask = slots.length - 1;
    int slot = (token * 0x9E3779B9) >>> 8 & mask;
    while (slots[slot] != 0) {
      int index = slots[slot] - 1;
      if (tokens[index] == token) {
        return index;
      }
      slot = (slot + 1) & mask;
    }
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, size * 2);
      outputCounts = Arrays.copyOf(outputCounts, size * 2);
    }
    tokens[size] = token;
    slots[slot] = ++size;
    if (size * 2 > slots.length) {
      rehash();
    }
    return size - 1;
  }

  private void rehash() {
    int[] larger = new int[slots.length * 2];
    int mask = larger.length - 1;
    for (int i = 0; i < size; i++) {
      int slot = (tokens[i] * 0x9E3779B9) >>> 8 & mask;
      while (larger[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      larger[slot] = i + 1;
    }
    slots = larger;
  }
}
