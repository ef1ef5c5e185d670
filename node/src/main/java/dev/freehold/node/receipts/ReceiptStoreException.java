// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.receipts;

/** Receipts can't be kept or read; the message says why and what to do next. */
public final class ReceiptStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for a person. */
  public ReceiptStoreException(String message) {
    super(message);
  }

  /** With a message for a person, and what caused it. */
  public ReceiptStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
