// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

/** What an answer's first bytes turned out to be. */
public sealed interface AnswerEnd permits AnswerEnd.Opening, Refused {
  /**
   * An answer that may open.
   *
   * @param frames opens the bytes that follow
   */
  record Opening(FrameOpener frames) implements AnswerEnd {}
}
