// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

/** A node could not start or go on; the message says why and what to do next. */
public final class NodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for a person. */
  public NodeException(String message) {
    super(message);
  }

  /** With a message for a person, and what caused it. */
  public NodeException(String message, Throwable cause) {
    super(message, cause);
  }
}
