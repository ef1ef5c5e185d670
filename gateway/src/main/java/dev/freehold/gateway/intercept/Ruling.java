// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.intercept;

import dev.freehold.evidence.action.AgentRecorder;
import dev.freehold.evidence.control.Decision;
import dev.freehold.record.Nonce;

/** What became of a proposed action. */
public sealed interface Ruling {

  /**
   * It may be done; the record of that is durable.
   *
   * @param permit the right to do it
   * @param begun the record
   */
  record Released(Permit permit, AgentRecorder.Begun begun) implements Ruling {}

  /**
   * It is not done; the record of that is durable.
   *
   * @param action its id
   * @param decision DENY or ESCALATE
   * @param reason in few words
   * @param begun the record
   */
  record Refused(Nonce action, Decision decision, String reason, AgentRecorder.Begun begun)
      implements Ruling {}

  /**
   * It is not done, since no record of it could be made durable: nothing is, from now on.
   *
   * @param why for a person
   */
  record Closed(String why) implements Ruling {}
}
