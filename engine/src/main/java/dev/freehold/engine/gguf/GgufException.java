// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.gguf;

/** A model file cannot be read as GGUF; the message names the thing that is wrong. */
public final class GgufException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for a person. */
  public GgufException(String message) {
    super(message);
  }

  /** With a message for a person and what the operating system said. */
  public GgufException(String message, Throwable cause) {
    super(message, cause);
  }
}
