// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

/** The model or the machine broke while it answered; the message is for a person. */
public final class AnswerFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AnswerFailed(String message) {
    super(message);
  }
}
