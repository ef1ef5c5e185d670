// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.evidence.control.Decision;
import dev.freehold.record.Digest;
import java.nio.charset.StandardCharsets;

/**
 * What an agent's path adds up to: of bounded size, however long the path (C4.1.7). A policy that
 * looks at it refuses compositions of steps that are each allowed.
 *
 * @param actions evaluated actions
 * @param amount millionths paid
 * @param answers answers asked for
 * @param classification the highest class touched
 * @param egress times that data left
 * @param tokens output tokens used, and reserved by answers under way
 */
public record PathSummary(
    long actions,
    long amount,
    long answers,
    Classification classification,
    long egress,
    long tokens) {
  /** Of a path without steps. */
  public static final PathSummary EMPTY = new PathSummary(0, 0, 0, Classification.PUBLIC, 0, 0);

  /** The path with one more evaluated action, of which {@code decision} says whether it is done. */
  PathSummary with(Action action, Decision decision, long reserved) {
    if (!decision.releases()) {
      return new PathSummary(actions + 1, amount, answers, classification, egress, tokens);
    }
    return new PathSummary(
        actions + 1,
        Math.addExact(amount, action.amount()),
        answers + (action.effect() == EffectKind.MODEL_CALL ? 1 : 0),
        classification.max(action.classification()),
        egress + (action.effect() == EffectKind.DATA_EGRESS ? 1 : 0),
        Math.addExact(tokens, reserved));
  }

  /** The path once an answer has used so many of the tokens that it reserved. */
  PathSummary settled(long reserved, long used) {
    return new PathSummary(
        actions, amount, answers, classification, egress, Math.addExact(tokens - reserved, used));
  }

  /** SHA-256 of the canonical JSON. */
  public Digest digest() {
    return Digest.sha256(
        ("{\"actions\":"
                + actions
                + ",\"amount\":"
                + amount
                + ",\"answers\":"
                + answers
                + ",\"class\":\""
                + classification.text()
                + "\",\"egress\":"
                + egress
                + ",\"tokens\":"
                + tokens
                + "}")
            .getBytes(StandardCharsets.US_ASCII));
  }
}
