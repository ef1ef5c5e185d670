// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

/**
 * A NaN or an infinity came up inside a forward pass; the message names the layer. The weights are
 * broken, or the model's numbers are beyond the arithmetic. What the batch holds is not usable.
 */
public final class NumberException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for a person and the kernel's complaint. */
  public NumberException(String message, Throwable cause) {
    super(message, cause);
  }
}
