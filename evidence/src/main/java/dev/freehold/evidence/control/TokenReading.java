// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

import java.util.List;

/** What came of reading a token: a value, never an exception. */
public sealed interface TokenReading {

  /**
   * Every check that was asked for holds.
   *
   * @param token the token
   * @param warnings what its evidence does not support, for a person
   */
  record Accepted(Token token, List<String> warnings) implements TokenReading {
    /** Copies the warnings. */
    public Accepted {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * It is no token, or not signed by that key.
   *
   * @param fault the first check that failed
   * @param reason for a person
   */
  record Refused(TokenFault fault, String reason) implements TokenReading {}

  /**
   * It is a token, but its signature can't be checked here.
   *
   * @param token the token
   * @param why what is missing
   */
  record Undecided(Token token, String why) implements TokenReading {}
}
