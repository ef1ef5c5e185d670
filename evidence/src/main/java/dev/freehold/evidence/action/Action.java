// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.record.Digest;
import java.nio.charset.StandardCharsets;

/**
 * What an agent proposes to do, without its content.
 *
 * @param effect of which kind
 * @param resource what it addresses; no content
 * @param classification of the data that it touches
 * @param amount millionths of the unit, 0 for all but payments
 */
public record Action(
    EffectKind effect, String resource, Classification classification, long amount) {
  /** The most that one action may pay. */
  public static final long AMOUNT_LIMIT = 1L << 50;

  /**
   * Checks the amount and the resource.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public Action {
    if (amount < 0 || amount > AMOUNT_LIMIT || (amount > 0 && effect != EffectKind.PAYMENT)) {
      throw new IllegalArgumentException(
          "a payment has an amount from 0 to " + AMOUNT_LIMIT + ", other effects have none");
    }
    if (resource.isEmpty() || resource.length() > 500 || !printable(resource)) {
      throw new IllegalArgumentException("a resource is 1 to 500 printable ASCII characters");
    }
  }

  private static boolean printable(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < 0x20 || text.charAt(i) >= 0x7f) {
        return false;
      }
    }
    return true;
  }

  /** An action that pays nothing. */
  public static Action of(EffectKind effect, String resource) {
    return new Action(effect, resource, Classification.PUBLIC, 0);
  }

  /** The action with the salted digest of its content, as {@code action} of a snapshot. */
  String text(TaggedDigest content) {
    return (effect == EffectKind.PAYMENT
            ? "{\"amount\":" + amount + ",\"class\":\""
            : "{\"class\":\"")
        + classification.text()
        + "\",\"content\":\""
        + content
        + "\",\"effect\":\""
        + effect.text()
        + "\",\"resource\":"
        + TokenWriter.quoted(resource)
        + "}";
  }

  /** What a relying party recomputes from what it is asked to do: SHA-256 of {@link #text}. */
  public Digest digest(TaggedDigest content) {
    return Digest.sha256(text(content));
  }

  /** The canonical snapshot's digest: what the policy judges, at this place of the agent's path. */
  public Digest snapshot(TaggedDigest content, String agent, Digest pathSummary, long step) {
    return Digest.sha256(
        ("{\"action\":"
                + text(content)
                + ",\"agent_id\":"
                + TokenWriter.quoted(agent)
                + ",\"path_summary\":\""
                + pathSummary.hex()
                + "\",\"step_index\":"
                + step
                + "}")
            .getBytes(StandardCharsets.UTF_8));
  }
}
