// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

/** Bytes are not the strict CBOR that was asked for; the message says where and why. */
public final class CborException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for a person. */
  public CborException(String message) {
    super(message);
  }
}
