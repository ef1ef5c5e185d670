// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import org.jspecify.annotations.Nullable;

/** The log cannot do what it was asked for; the message says what happened and what to do. */
public final class LogException extends Exception {
  private static final long serialVersionUID = 1L;

  LogException(String message) {
    super(message);
  }

  LogException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
