// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

/**
 * A file is GGUF, but no model that can be run; the message names what is missing or unsupported.
 */
public final class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for a person. */
  public ModelException(String message) {
    super(message);
  }

  /** With a message for a person and the reason. */
  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
