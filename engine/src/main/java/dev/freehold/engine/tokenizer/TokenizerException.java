// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

/** Metadata that does not describe a tokenizer known here; the message names what is wrong. */
public final class TokenizerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TokenizerException(String message) {
    super(message);
  }
}
