// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

/** A supervisor did not do what it was asked; the message says what and what to do next. */
public final class ServiceException extends Exception {
  private static final long serialVersionUID = 1L;

  ServiceException(String message) {
    super(message);
  }
}
