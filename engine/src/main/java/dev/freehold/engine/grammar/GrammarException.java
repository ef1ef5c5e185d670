// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.io.Serial;

/** A schema that can't become a grammar; the message names the keyword and where it stands. */
public final class GrammarException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Says what is refused, and where. */
  public GrammarException(String message) {
    super(message);
  }
}
