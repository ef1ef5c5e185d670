// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

/** A key file cannot be used; the message names the file, what is wrong and what to do. */
public final class KeyFileException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With that message. */
  public KeyFileException(String message) {
    super(message);
  }
}
