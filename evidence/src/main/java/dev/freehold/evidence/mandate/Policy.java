// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.evidence.action.Action;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.action.PathSummary;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.util.List;

/**
 * Judges proposals by a mandate: a function of the mandate, of what the agent's path has added up
 * to and of the proposal, and of nothing else. What it looks at is the original grant; nothing that
 * happens on the path makes it allow more.
 */
public final class Policy {
  /** The version of these rules: part of {@link #digest}. */
  public static final String VERSION = "freehold-policy/1";

  private final MandateChain chain;
  private final Allowance allow;

  /**
   * The policy of a chain that is in force.
   *
   * @throws IllegalArgumentException if the chain has no mandate
   */
  public Policy(MandateChain chain) {
    if (chain.mandates().isEmpty()) {
      throw new IllegalArgumentException("there is no policy without a mandate");
    }
    this.chain = chain;
    this.allow = chain.mandates().getLast().terms().allow();
  }

  /** {@code policy_bundle_hash}: of the rules' version and the mandates, the owner's first. */
  public Digest digest() {
    return Digest.sha256(
        CanonicalJson.bytes(
            Json.object()
                .put(
                    "mandates",
                    Json.array(
                        chain.mandates().stream()
                            .map(m -> Json.of(m.digest().toString()))
                            .toList()))
                .put("version", VERSION)
                .build()));
  }

  /** Judges. */
  public Judgement judge(Proposal proposal, PathSummary path) {
    Action action = proposal.action();
    EffectKind effect = action.effect();
    if (!allow.effects().contains(effect)) {
      return denied("effects: " + effect.text() + " is not among them");
    }
    if (action.classification().compareTo(allow.classification()) > 0) {
      return denied("class: the data are " + action.classification().text());
    }
    if (!Allowance.holds(allow.peers(), proposal.peer())) {
      return denied("peers: this one is not among them");
    }
    for (String tool : proposal.tools()) {
      if (!Allowance.holds(allow.tools(), tool)) {
        return denied("tools: one of them is not among them");
      }
    }
    Judgement judgement =
        switch (effect) {
          case MODEL_CALL -> modelCall(proposal, path);
          case PAYMENT -> payment(proposal, path);
          case DATA_EGRESS ->
              path.classification().max(action.classification()).compareTo(allow.egress()) > 0
                  ? denied(
                      "egress: the path has touched "
                          + path.classification().max(action.classification()).text()
                          + " data")
                  : allowed(0);
          case TOOL_CALL -> allowed(0);
        };
    boolean released = judgement.decision().releases();
    return released && allow.approve().contains(effect)
        ? new Judgement.Escalated("approve: " + effect.text() + " needs a person's approval")
        : judgement;
  }

  private Judgement modelCall(Proposal proposal, PathSummary path) {
    if (!Allowance.holds(allow.models(), proposal.model())) {
      return denied("models: this one is not among them");
    }
    long answers = Math.max(1, proposal.answers());
    if (path.answers() >= allow.answers()) {
      return denied("answers: the budget is used up");
    }
    long left = Math.max(0, allow.tokens() - path.tokens());
    long each = Math.min(allow.output(), left / answers);
    if (proposal.output().isPresent() && proposal.output().getAsLong() <= each) {
      return allowed(proposal.output().getAsLong() * answers);
    }
    if (each < 1) {
      return denied("tokens: the budget is used up");
    }
    return new Judgement.Narrowed(
        "output: at most " + each + " tokens in an answer", each, each * answers);
  }

  private Judgement payment(Proposal proposal, PathSummary path) {
    if (!proposal.unit().equals(allow.unit()) || allow.unit().isEmpty()) {
      return denied("unit: payments are in another one");
    }
    return proposal.action().amount() > allow.pay() - path.amount()
        ? denied("pay: the budget is used up")
        : allowed(0);
  }

  private static Judgement allowed(long reserved) {
    return new Judgement.Allowed("within the mandate", reserved);
  }

  private static Judgement denied(String reason) {
    return new Judgement.Denied(reason);
  }

  /** The mandates, the owner's first. */
  public List<Mandate> mandates() {
    return chain.mandates();
  }
}
