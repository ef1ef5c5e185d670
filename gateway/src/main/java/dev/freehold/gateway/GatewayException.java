// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway;

/** The gateway can't start; the message says why and what to do. */
public final class GatewayException extends Exception {
  private static final long serialVersionUID = 1L;

  GatewayException(String message) {
    super(message);
  }

  GatewayException(String message, Throwable cause) {
    super(message, cause);
  }
}
