// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

/** A model cannot be had, kept or used; the message says which, why, and what to do next. */
public final class ModelUnavailable extends Exception {
  private static final long serialVersionUID = 1L;

  /** With a message for a person. */
  public ModelUnavailable(String message) {
    super(message);
  }

  /** With a message for a person, and the cause for a log. */
  public ModelUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
