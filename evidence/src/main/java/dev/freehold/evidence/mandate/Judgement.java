// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.evidence.control.Decision;

/** What a policy says of a proposal. */
public sealed interface Judgement {

  /** In few words, without content. */
  String reason();

  /** The standard's word for it. */
  default Decision decision() {
    return switch (this) {
      case Allowed _ -> Decision.ALLOW;
      case Narrowed _ -> Decision.MODIFY;
      case Escalated _ -> Decision.ESCALATE;
      case Denied _ -> Decision.DENY;
    };
  }

  /**
   * As proposed.
   *
   * @param reason in few words
   * @param reserved output tokens that it may use
   */
  record Allowed(String reason, long reserved) implements Judgement {}

  /**
   * With fewer output tokens than asked for.
   *
   * @param reason in few words
   * @param output so many in one answer
   * @param reserved output tokens that it may use
   */
  record Narrowed(String reason, long output, long reserved) implements Judgement {}

  /**
   * Not without a person's approval.
   *
   * @param reason in few words
   */
  record Escalated(String reason) implements Judgement {}

  /**
   * Not at all.
   *
   * @param reason in few words
   */
  record Denied(String reason) implements Judgement {}
}
