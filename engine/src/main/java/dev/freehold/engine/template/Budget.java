// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

/** What one rendering may use up. Owned by the thread that renders. */
final class Budget {
  static final int STEPS = 2_000_000;
  static final int OUTPUT = 8 << 20;
  static final int CHARACTERS = 256 << 20;
  static final int DEPTH = 400;

  private int steps = STEPS;
  private int characters = CHARACTERS;
  private int depth;

  /** Accounts for one evaluation, iteration or item. */
  void step() {
    steps(1);
  }

  void steps(int count) {
    steps -= Math.min(steps + 1, count);
    if (steps < 0) {
      throw new Value.Failure("the template takes more than " + STEPS + " steps");
    }
  }

  /** Accounts for a string of that length before it is made. */
  void characters(long count) {
    if (count > OUTPUT) {
      throw new Value.Failure("a text grows beyond " + OUTPUT + " characters");
    }
    characters -= (int) Math.min(count, (long) characters + 1);
    if (characters < 0) {
      throw new Value.Failure("the template makes more than " + CHARACTERS + " characters in all");
    }
  }

  void enter() {
    if (++depth > DEPTH) {
      throw new Value.Failure("the template nests deeper than " + DEPTH + " while rendering");
    }
  }

  void leave() {
    depth--;
  }
}
