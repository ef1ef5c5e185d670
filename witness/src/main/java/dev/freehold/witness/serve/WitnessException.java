// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.serve;

/** A witness could not start; the message says why and what to do next. */
public final class WitnessException extends Exception {
  private static final long serialVersionUID = 1L;

  WitnessException(String message, Throwable cause) {
    super(message, cause);
  }

  WitnessException(String message) {
    super(message);
  }
}
