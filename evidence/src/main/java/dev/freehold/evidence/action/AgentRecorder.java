// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.control.AgentChain;
import dev.freehold.evidence.control.ChainFault;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Writes the three records of each action of one agent. A record that was written belongs to the
 * history whether or not it reaches a log: whoever can't log one has to stop writing. Not safe for
 * use by several threads at once.
 */
public final class AgentRecorder {
  private final SigningKey key;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final AgentHistory history = new AgentHistory();
  private AgentTerms terms;
  private TokenWriter writer;
  private @Nullable TaggedDigest epoch;

  /** A recorder of a history without steps; {@link #resume} continues one. */
  public AgentRecorder(
      SigningKey key, AgentTerms terms, InstantSource clock, RandomGenerator random) {
    this.key = key;
    this.clock = clock;
    this.random = random;
    this.terms = terms;
    this.writer = new TokenWriter(key, terms);
  }

  /**
   * What was judged of an action, and is to be recorded before anything is done.
   *
   * @param action what was proposed
   * @param content salted digest of the proposed bytes
   * @param decision what was decided
   * @param dispatchedOrNull salted digest of the bytes that are sent instead, for MODIFY
   * @param tokens output tokens reserved, of a model call
   * @param reason in few words, without content
   * @param nonceOrNull the caller's challenge, at least 8 characters
   */
  public record Judged(
      Action action,
      TaggedDigest content,
      Decision decision,
      @Nullable TaggedDigest dispatchedOrNull,
      long tokens,
      String reason,
      @Nullable String nonceOrNull) {
    /**
     * Checks that MODIFY binds what is done.
     *
     * @throws IllegalArgumentException if it does not, or another decision names other bytes
     */
    public Judged {
      if ((decision == Decision.MODIFY) != (dispatchedOrNull != null)) {
        throw new IllegalArgumentException("MODIFY, and nothing else, names the bytes it sends");
      }
    }
  }

  /**
   * How an action ended.
   *
   * @param content salted digest of all bytes that the caller got
   * @param outcome how
   * @param tokens output tokens used, of a model call
   * @param statusOrNull the HTTP status that the caller got
   * @param receiptOrNull the node's receipt
   */
  public record Ended(
      TaggedDigest content,
      Outcome outcome,
      long tokens,
      @Nullable Integer statusOrNull,
      @Nullable String receiptOrNull) {}

  /**
   * An action's first record.
   *
   * @param action the id that its records share
   * @param token the record
   * @param decision what was decided
   * @param step its place in the agent's chain
   * @param snapshot what was judged
   * @param dispatchedOrNull what is done instead
   */
  public record Begun(
      Nonce action,
      SignedToken token,
      Decision decision,
      long step,
      TaggedDigest snapshot,
      @Nullable TaggedDigest dispatchedOrNull) {}

  /** Continues a history with its next token; says why it can't. */
  public Optional<ChainFault> resume(Token token) {
    return history.accept(token);
  }

  /** What was written so far. */
  public AgentHistory history() {
    return history;
  }

  /** From now on the agent acts under these terms. */
  public void use(AgentTerms newTerms) {
    terms = newTerms;
    writer = new TokenWriter(key, newTerms);
  }

  /** From now on tokens name this checkpoint, which witnesses have cosigned. */
  public void epoch(TaggedDigest checkpoint) {
    epoch = checkpoint;
  }

  /** The first record: what was judged, and how. */
  public Begun before(Judged judged) {
    Nonce id = Nonce.random(random);
    long step = history.chain().steps();
    Digest path = history.path().digest();
    Action action = judged.action();
    TaggedDigest snapshot =
        TaggedDigest.of(action.snapshot(judged.content(), terms.agent(), path, step));
    TaggedDigest other = judged.dispatchedOrNull();
    TaggedDigest dispatched =
        other == null ? null : TaggedDigest.of(action.snapshot(other, terms.agent(), path, step));
    StepClaims claims =
        new StepClaims(
            id,
            Phase.BEFORE,
            action.effect(),
            terms.mandate(),
            judged.content(),
            now(),
            action.classification(),
            action.amount(),
            judged.tokens(),
            epoch,
            null,
            null,
            null);
    AgentHistory.OpenAction open =
        new AgentHistory.OpenAction(
            claims,
            snapshot,
            dispatched,
            TaggedDigest.of(path),
            terms.policy(),
            action.resource(),
            terms.principal(),
            judged.decision(),
            false);
    String nonce = judged.nonceOrNull() == null ? nonce() : judged.nonceOrNull();
    SignedToken token = write(claims, open, nonce, judged.reason());
    return new Begun(id, token, judged.decision(), step, snapshot, dispatched);
  }

  /** The second record: the effect was performed with these bytes. */
  public SignedToken during(Nonce action, TaggedDigest content) {
    return next(action, Phase.DURING, content, 0, null, null, null, "performed");
  }

  /** The last record: this was returned. */
  public SignedToken after(Nonce action, Ended ended) {
    return next(
        action,
        Phase.AFTER,
        ended.content(),
        ended.tokens(),
        ended.outcome(),
        ended.statusOrNull(),
        ended.receiptOrNull(),
        ended.outcome().text());
  }

  private SignedToken next(
      Nonce action,
      Phase phase,
      TaggedDigest content,
      long tokens,
      @Nullable Outcome outcome,
      @Nullable Integer status,
      @Nullable String receipt,
      String reason) {
    AgentHistory.OpenAction open = history.open(action).orElse(null);
    if (open == null || (phase == Phase.DURING && open.performed())) {
      throw new IllegalStateException("no record " + phase.text() + " is due of " + action.hex());
    }
    boolean counted = phase == Phase.AFTER && open.claims().effect() == EffectKind.MODEL_CALL;
    StepClaims claims =
        new StepClaims(
            action,
            phase,
            open.claims().effect(),
            open.claims().mandate(),
            content,
            now(),
            null,
            0,
            counted ? tokens : 0,
            epoch,
            outcome,
            status,
            receipt);
    return write(claims, open, nonce(), reason);
  }

  private SignedToken write(
      StepClaims claims, AgentHistory.OpenAction open, String nonce, String reason) {
    AgentChain chain = history.chain();
    // In this order: the token before is digested together with the step.
    AgentChain.Link link = chain.link(open.snapshot(), open.decision());
    Digest previous = chain.previous().orElse(null);
    SignedToken token = writer.write(claims, open, link, previous, nonce, reason);
    writer.close(chain);
    history.wrote(claims, open);
    return token;
  }

  /** Never before the step before, whatever the clock says. */
  private Timestamp now() {
    Timestamp now = new Timestamp(clock.instant());
    return history.last().filter(last -> last.compareTo(now) > 0).orElse(now);
  }

  private String nonce() {
    return Nonce.random(random).hex();
  }
}
