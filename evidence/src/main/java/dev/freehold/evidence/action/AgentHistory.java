// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.evidence.control.AgentChain;
import dev.freehold.evidence.control.ChainFault;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The history of one agent, step by step: the chain, the actions under way and what the path adds
 * up to. A verifier feeds it with tokens; a gateway writes with it and resumes from it. Tokens
 * without our claims are held to the standard's rules only. Not safe for use by several threads.
 */
public final class AgentHistory {
  private final AgentChain chain;
  private final Map<Nonce, OpenAction> open = new LinkedHashMap<>();
  private PathSummary path = PathSummary.EMPTY;
  private @Nullable Timestamp last;

  /** A history without steps. */
  public AgentHistory() {
    this.chain = new AgentChain();
  }

  /**
   * An action whose last record is due.
   *
   * @param claims of its first record
   * @param snapshot what was judged
   * @param dispatchedOrNull what is done instead
   * @param pathSummary when it was judged
   * @param policy what judged
   * @param target what it addresses
   * @param principal on whose authority
   * @param decision what was decided
   * @param performed whether its second record is there
   */
  public record OpenAction(
      StepClaims claims,
      TaggedDigest snapshot,
      @Nullable TaggedDigest dispatchedOrNull,
      TaggedDigest pathSummary,
      TaggedDigest policy,
      String target,
      String principal,
      Decision decision,
      boolean performed) {

    private OpenAction afterPerforming() {
      return new OpenAction(
          claims,
          snapshot,
          dispatchedOrNull,
          pathSummary,
          policy,
          target,
          principal,
          decision,
          true);
    }
  }

  /** The chain. */
  public AgentChain chain() {
    return chain;
  }

  /** What the path adds up to now. */
  public PathSummary path() {
    return path;
  }

  /** The actions under way, the oldest first. */
  public Map<Nonce, OpenAction> open() {
    return Map.copyOf(open);
  }

  /** An action under way. */
  Optional<OpenAction> open(Nonce action) {
    return Optional.ofNullable(open.get(action));
  }

  /** The time of the last step. */
  public Optional<Timestamp> last() {
    return Optional.ofNullable(last);
  }

  /** Adds a token, if it is the next step; else says why not, and stays as it was. */
  public Optional<ChainFault> accept(Token token) {
    if (!StepClaims.in(token)) {
      return chain.accept(token);
    }
    Optional<ChainFault> misplaced = chain.misplaced(token);
    if (misplaced.isPresent()) {
      return misplaced;
    }
    long step = chain.steps();
    StepClaims claims;
    switch (StepClaims.read(token)) {
      case Parsed.Read<StepClaims>(StepClaims read) -> claims = read;
      case Parsed.Malformed<StepClaims>(String reason) -> {
        return Optional.of(new ChainFault(ChainFault.Kind.EXTENSION, step, reason));
      }
    }
    if (step > 0 && token.claims().get("freehold_previous").isEmpty()) {
      return Optional.of(
          new ChainFault(ChainFault.Kind.EXTENSION, step, "it does not name the token before it"));
    }
    if (last != null && claims.time().compareTo(last) < 0) {
      return Optional.of(
          new ChainFault(
              ChainFault.Kind.TIME,
              step,
              "it says " + claims.time() + ", the step before said " + last));
    }
    if (claims.time().instant().getEpochSecond() != token.issuedAt()) {
      return Optional.of(
          new ChainFault(ChainFault.Kind.TIME, step, "iat and freehold_time differ"));
    }
    OpenAction action =
        claims.phase() == Phase.BEFORE ? first(token, claims) : open.get(claims.action());
    Optional<String> wrong =
        claims.phase() == Phase.BEFORE
            ? wrongFirst(token, claims)
            : wrongNext(token, claims, action);
    if (wrong.isPresent()) {
      return Optional.of(new ChainFault(ChainFault.Kind.ACTION, step, wrong.get()));
    }
    if (claims.phase() == Phase.BEFORE
        && !token.pathSummary().equals(TaggedDigest.of(path.digest()))) {
      return Optional.of(
          new ChainFault(
              ChainFault.Kind.PATH, step, "the path's steps add up to something else: " + path));
    }
    Optional<ChainFault> fault = chain.accept(token);
    if (fault.isEmpty() && action != null) {
      fold(claims, action);
    }
    return fault;
  }

  /** A step that was just written and linked. */
  void wrote(StepClaims claims, OpenAction action) {
    fold(claims, action);
  }

  private void fold(StepClaims claims, OpenAction action) {
    last = claims.time();
    switch (claims.phase()) {
      case BEFORE -> {
        Classification classification = claims.classificationOrNull();
        path =
            path.with(
                new Action(
                    claims.effect(),
                    action.target(),
                    classification == null ? Classification.PUBLIC : classification,
                    claims.amount()),
                action.decision(),
                claims.tokens());
        if (action.decision().releases()) {
          open.put(claims.action(), action);
        }
      }
      case DURING -> open.put(claims.action(), action.afterPerforming());
      case AFTER -> {
        open.remove(claims.action());
        path = path.settled(action.claims().tokens(), claims.tokens());
      }
    }
  }

  private static OpenAction first(Token token, StepClaims claims) {
    return new OpenAction(
        claims,
        token.snapshot(),
        token.dispatchedSnapshot().orElse(null),
        token.pathSummary(),
        token.policyBundle(),
        token.target(),
        token.principal(),
        token.decision(),
        false);
  }

  private Optional<String> wrongFirst(Token token, StepClaims claims) {
    if (open.containsKey(claims.action())) {
      return Optional.of("the action " + claims.action().hex() + " has begun already");
    }
    return point(token, claims);
  }

  private static Optional<String> wrongNext(
      Token token, StepClaims claims, @Nullable OpenAction action) {
    if (action == null) {
      return Optional.of(
          "no action " + claims.action().hex() + " is under way: its first record is missing");
    }
    if (claims.phase() == Phase.DURING && action.performed()) {
      return Optional.of("the effect of " + claims.action().hex() + " was recorded already");
    }
    boolean same =
        claims.effect() == action.claims().effect()
            && claims.mandate().equals(action.claims().mandate())
            && token.snapshot().equals(action.snapshot())
            && java.util.Objects.equals(
                token.dispatchedSnapshot().orElse(null), action.dispatchedOrNull())
            && token.pathSummary().equals(action.pathSummary())
            && token.policyBundle().equals(action.policy())
            && token.target().equals(action.target())
            && token.principal().equals(action.principal())
            && token.decision() == action.decision();
    return same
        ? point(token, claims)
        : Optional.of(
            "it says another thing of " + claims.action().hex() + " than its first record");
  }

  private static Optional<String> point(Token token, StepClaims claims) {
    return token.point() == claims.phase().point()
        ? Optional.empty()
        : Optional.of("the hook " + token.point() + " is not that of " + claims.phase().text());
  }
}
