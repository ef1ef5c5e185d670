// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.verdict;

/** The command line cannot be understood; the message says what to do. */
public final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With a message for a person. */
  public UsageException(String message) {
    super(message);
  }
}
