// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.action.HistoryCheck;
import dev.freehold.evidence.action.Outcome;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.MandateFault;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Refusal;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InterceptorTest {
  private final House house = House.mandated();
  private final Interceptor interceptor = house.interceptor;

  @Test
  void anActionLeavesThreeRecordsThatAnybodyCanCheck() {
    finish(released(House.ask("hello", 10)), 7);
    assertThat(house.log.kinds())
        .containsExactly(
            RecordLog.Kind.MANDATE,
            RecordLog.Kind.REQUEST,
            RecordLog.Kind.EFFECT,
            RecordLog.Kind.RESULT);
    HistoryCheck.Result.Holds holds = (HistoryCheck.Result.Holds) house.check();
    assertThat(holds.history().path().tokens()).isEqualTo(7);
    assertThat(holds.history().open()).isEmpty();
    Token token = house.tokens().getFirst();
    assertThat(token.principal()).isEqualTo(House.OWNER.nodeId().toString());
    assertThat(token.agent()).isEqualTo(House.GATEWAY.nodeId().toString());
  }

  /** 4.1.1: the authority is in the log before anything is done under it. */
  @Test
  void theMandateIsRecordedBeforeTheFirstAction() {
    released(House.ask("hello", 10));
    assertThat(house.log.kinds().getFirst()).isEqualTo(RecordLog.Kind.MANDATE);
    assertThat(house.log.entries().getFirst().record()).contains("freehold-mandate/1");
    // Adopted again, it is not recorded again.
    house.adopt(House.allowance("127.0.0.1", 100, 10_000, Set.of(EffectKind.PAYMENT)));
    assertThat(house.log.kinds()).filteredOn(k -> k == RecordLog.Kind.MANDATE).hasSize(1);
  }

  @Test
  void nothingIsReleasedBeforeItsRecordIsDurable() throws Exception {
    house.log.flushByHand();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Ruling> ruling = threads.submit(() -> interceptor.begin(House.ask("hello", 10)));
      while (house.log.entries().size() < 2) {
        Thread.onSpinWait();
      }
      assertThat(ruling.isDone()).isFalse();
      Thread.sleep(50);
      assertThat(ruling.isDone()).isFalse();
      house.log.flush();
      assertThat(ruling.get(5, TimeUnit.SECONDS)).isInstanceOf(Ruling.Released.class);
    }
  }

  /** A1 at the last moment: what is handed out is digested again. */
  @Test
  void a1APermitWhoseBytesAreNotThoseRecordedGivesNone() {
    Permit permit = released(House.ask("hello", 10)).permit();
    Permit swapped =
        new Permit(
            permit.action(),
            permit.proposed(),
            permit.decision(),
            permit.salt(),
            permit.content(),
            permit.reserved(),
            "something else".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(swapped::take)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("are not those recorded");
  }

  /** A8: the evidence store is gone. */
  @Test
  void a8NothingIsReleasedWhenTheRecordCannotBeWritten() {
    house.log.full(true);
    assertThat(interceptor.begin(House.ask("hello", 10))).isInstanceOf(Ruling.Closed.class);
    assertThat(house.alarms).hasSize(1).first().asString().contains("no space left");
    assertThat(interceptor.broken()).isPresent();
    // Nobody knows what reached the disk: even with room again, nothing goes on until a restart.
    house.log.full(false);
    assertThat(interceptor.begin(House.ask("hello", 10))).isInstanceOf(Ruling.Closed.class);
    assertThat(house.alarms).hasSize(1);
    assertThat(house.tokens()).isEmpty();
  }

  @Test
  void a8NothingIsReleasedWhenTheFlushFails() throws Exception {
    house.log.flushByHand();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Ruling>> rulings = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        rulings.add(threads.submit(() -> interceptor.begin(House.ask("hello", 10))));
      }
      while (house.log.entries().size() < 21) {
        Thread.onSpinWait();
      }
      house.log.failFlush();
      for (Future<Ruling> ruling : rulings) {
        assertThat(ruling.get(5, TimeUnit.SECONDS)).isInstanceOf(Ruling.Closed.class);
      }
    }
    assertThat(house.alarms).hasSize(1);
  }

  @Test
  void anEndThatCannotBeWrittenIsTold() {
    Permit permit = released(House.ask("hello", 10)).permit();
    permit.take();
    assertThat(interceptor.performed(permit).durable()).isCompleted();
    house.log.full(true);
    Interceptor.Recorded recorded = interceptor.ended(permit, end(3));
    assertThat(interceptor.await(recorded.durable())).isPresent();
    assertThat(interceptor.begin(House.ask("hello", 10))).isInstanceOf(Ruling.Closed.class);
  }

  /** A1: what is evaluated is what is done. */
  @Test
  void a1ThePermitHoldsTheBytesThatWereJudgedAndNoOthers() {
    byte[] mine = "benign".getBytes(StandardCharsets.UTF_8);
    Wish wish =
        Wish.of(
            House.effect(EffectKind.TOOL_CALL, "search", 0, Classification.PUBLIC).proposal(),
            mine,
            null);
    System.arraycopy("malice".getBytes(StandardCharsets.UTF_8), 0, mine, 0, 6);
    Permit permit = ((Ruling.Released) interceptor.begin(wish)).permit();
    System.arraycopy("malice".getBytes(StandardCharsets.UTF_8), 0, mine, 0, 6);
    byte[] taken = permit.take();
    assertThat(taken).asString(StandardCharsets.UTF_8).isEqualTo("benign");
    Token token = house.tokens().getFirst();
    TaggedDigest content = TaggedDigest.of(permit.salt().digest(taken));
    Digest path = Digest.ofHex(token.pathSummary().hex());
    assertThat(token.snapshot())
        .isEqualTo(
            TaggedDigest.of(
                permit.proposed().snapshot(content, token.agent(), path, token.stepIndex())));
  }

  /** A7: what was released is done once. */
  @Test
  void a7APermitIsUsedOnce() {
    Permit permit = released(House.ask("hello", 10)).permit();
    permit.take();
    assertThatThrownBy(permit::take).hasMessageContaining("performed already");
  }

  @Test
  void modifyBindsTheBytesThatAreSentInstead() {
    Ruling.Released released = released(House.ask("tell me everything", 1000));
    assertThat(released.permit().decision()).isEqualTo(Decision.MODIFY);
    byte[] sent = released.permit().take();
    assertThat(sent).asString(StandardCharsets.UTF_8).isEqualTo("tell me everything in 64");
    Token token = house.tokens().getFirst();
    TaggedDigest content = TaggedDigest.of(released.permit().salt().digest(sent));
    Digest path = Digest.ofHex(token.pathSummary().hex());
    assertThat(token.decision()).isEqualTo(Decision.MODIFY);
    assertThat(token.dispatchedSnapshot())
        .contains(
            TaggedDigest.of(
                released
                    .permit()
                    .proposed()
                    .snapshot(content, token.agent(), path, token.stepIndex())));
    assertThat(token.dispatchedSnapshot()).isNotEqualTo(java.util.Optional.of(token.snapshot()));
  }

  @Test
  void whatIsDeniedIsRecordedAndNotReleased() {
    Ruling.Refused refused =
        (Ruling.Refused)
            interceptor.begin(
                House.effect(EffectKind.TOOL_CALL, "shell", 0, Classification.PUBLIC));
    assertThat(refused.decision()).isEqualTo(Decision.DENY);
    assertThat(refused.reason()).startsWith("peers");
    Token token = house.tokens().getFirst();
    assertThat(token.decision()).isEqualTo(Decision.DENY);
    assertThat(token.claims().get("reason")).isPresent();
    assertThat(house.check()).isInstanceOf(HistoryCheck.Result.Holds.class);
  }

  /** A6: reading is allowed, and data leaving is allowed, but not the one after the other. */
  @Test
  void a6ACompositionOfAllowedStepsIsDenied() {
    assertThat(decision(House.effect(EffectKind.DATA_EGRESS, "search", 0, Classification.PUBLIC)))
        .isEqualTo(Decision.ALLOW);
    assertThat(
            decision(House.effect(EffectKind.TOOL_CALL, "search", 0, Classification.CONFIDENTIAL)))
        .isEqualTo(Decision.ALLOW);
    assertThat(decision(House.effect(EffectKind.DATA_EGRESS, "search", 0, Classification.PUBLIC)))
        .isEqualTo(Decision.DENY);
  }

  @Test
  void aPersonApprovesByAMandateOfItsOwn() {
    Wish pay = House.effect(EffectKind.PAYMENT, "bank.example", 3_000_000, Classification.PUBLIC);
    assertThat(decision(pay)).isEqualTo(Decision.ESCALATE);
    assertThat(house.adopt(House.allowance("bank.example", 0, 0, Set.of())))
        .isInstanceOf(MandateChain.Standing.InForce.class);
    assertThat(decision(pay)).isEqualTo(Decision.ALLOW);
    assertThat(house.check()).isInstanceOf(HistoryCheck.Result.Holds.class);
  }

  @Test
  void aMandateThatDoesNotCountIsNotAdopted() {
    House other = new House(new MemoryLog());
    assertThat(other.interceptor.begin(House.ask("x", 1))).isInstanceOf(Ruling.Closed.class);
    other.now = Instant.parse("2026-11-27T00:00:00Z");
    MandateChain.Standing standing = other.adopt(House.allowance("127.0.0.1", 1, 1, Set.of()));
    assertThat(((MandateChain.Standing.Refused) standing).fault().kind())
        .isEqualTo(MandateFault.Kind.EXPIRED);
    assertThat(other.log.kinds()).containsExactly(RecordLog.Kind.REFUSAL);
    Refusal refusal =
        Refusal.decode(other.log.entries().getFirst().record().getBytes(StandardCharsets.UTF_8))
            .orElse(
                reason -> {
                  throw new AssertionError(reason);
                });
    assertThat(refusal.signed()).isTrue();
    assertThat(refusal.gateway()).isEqualTo(House.GATEWAY.nodeId());
    assertThat(refusal.terms().fault())
        .isEqualTo(((MandateChain.Standing.Refused) standing).fault());
  }

  /** Expired, not yet, of a stranger, wider than its parent, for somebody else, revoked, forged. */
  @Test
  void everyRefusedMandateLeavesASignedRecordOfItsReason() {
    MandateChain good = House.chain(House.allowance("127.0.0.1", 1, 1, Set.of()));
    Mandate root = good.mandates().getFirst();
    Mandate.Terms terms = root.terms();
    refusedAs(MandateFault.Kind.EXPIRED, "2026-11-26T00:00:00.001Z", good);
    refusedAs(MandateFault.Kind.NOT_YET, "2026-11-24T23:59:59.999Z", good);
    Mandate strangers =
        Mandate.sign(with(terms, Party.of(House.GATEWAY.nodeId()), terms.holder()), House.GATEWAY);
    refusedAs(MandateFault.Kind.OWNER, NOON, new MandateChain(List.of(strangers)));
    Mandate owners = Mandate.sign(with(terms, terms.issuer(), terms.issuer()), House.OWNER);
    refusedAs(MandateFault.Kind.HOLDER, NOON, new MandateChain(List.of(owners)));
    refusedAs(
        MandateFault.Kind.SIGNATURE,
        NOON,
        new MandateChain(List.of(new Mandate(terms, strangers.proof()))));
    refusedAs(MandateFault.Kind.PARENT, NOON, new MandateChain(List.of(root, root)));
    Allowance wide = House.allowance("127.0.0.1", 1, 1, Set.of());
    Allowance passedOn =
        new Allowance(
            wide.answers(),
            wide.approve(),
            wide.classification(),
            1,
            wide.effects(),
            wide.egress(),
            wide.models(),
            wide.output(),
            wide.pay(),
            wide.peers(),
            wide.tokens(),
            wide.tools(),
            wide.unit());
    Mandate above =
        Mandate.sign(
            with(with(terms, passedOn, null), terms.issuer(), terms.issuer()), House.OWNER);
    Allowance more = House.allowance("127.0.0.1", 2, 1, Set.of());
    Mandate below = Mandate.sign(with(terms, more, above.digest()), House.OWNER);
    refusedAs(MandateFault.Kind.WIDER, NOON, new MandateChain(List.of(above, below)));
    House revoking = new House(new MemoryLog());
    revoking.interceptor.revoke(Revocation.sign(root.digest(), Timestamp.parse(NOON), House.OWNER));
    refusedAs(MandateFault.Kind.REVOKED, revoking, good);
  }

  private static final String NOON = "2026-11-25T12:00:00.500Z";

  private static Mandate.Terms with(Mandate.Terms terms, Party issuer, Party holder) {
    return new Mandate.Terms(
        terms.allow(),
        terms.expires(),
        holder,
        terms.issued(),
        issuer,
        terms.nonce(),
        terms.parent().orElse(null));
  }

  private static Mandate.Terms with(Mandate.Terms terms, Allowance allow, @Nullable Digest parent) {
    return new Mandate.Terms(
        allow,
        terms.expires(),
        terms.holder(),
        terms.issued(),
        terms.issuer(),
        terms.nonce(),
        parent);
  }

  private static void refusedAs(MandateFault.Kind kind, String when, MandateChain chain) {
    House other = new House(new MemoryLog());
    other.now = Instant.parse(when);
    refusedAs(kind, other, chain);
  }

  private static void refusedAs(MandateFault.Kind kind, House house, MandateChain chain) {
    Interceptor.Adopted adopted = house.interceptor.adopt(chain);
    assertThat(adopted.standing()).isInstanceOf(MandateChain.Standing.Refused.class);
    assertThat(adopted.unrecorded()).isEmpty();
    assertThat(house.log.kinds().getLast()).isEqualTo(RecordLog.Kind.REFUSAL);
    assertThat(house.interceptor.mandated()).isFalse();
    Refusal refusal =
        Refusal.decode(house.log.entries().getLast().record().getBytes(StandardCharsets.UTF_8))
            .orElse(
                reason -> {
                  throw new AssertionError(reason);
                });
    assertThat(refusal.signed()).isTrue();
    assertThat(refusal.terms().fault().kind()).isEqualTo(kind);
    assertThat(refusal.terms().chain()).isEqualTo(Digest.sha256(chain.encode()));
  }

  @Test
  void aRefusalThatCantBeRecordedIsToldAndClosesTheGateway() {
    House other = new House(new MemoryLog());
    other.now = Instant.parse("2026-11-26T00:00:00.001Z");
    other.log.full(true);
    Interceptor.Adopted adopted =
        other.interceptor.adopt(House.chain(House.allowance("127.0.0.1", 1, 1, Set.of())));
    assertThat(adopted.unrecorded()).isPresent();
    assertThat(other.interceptor.broken()).isPresent();
  }

  @Test
  void nothingIsDoneUnderAnExpiredOrRevokedMandate() {
    Instant noon = house.now;
    assertThat(decision(House.ask("a", 1))).isEqualTo(Decision.ALLOW);
    house.now = Instant.parse("2026-11-26T00:00:00.001Z");
    Ruling.Refused expired = (Ruling.Refused) interceptor.begin(House.ask("a", 1));
    assertThat(expired.reason()).contains("expired");
    house.now = noon;
    MandateChain chain =
        House.chain(House.allowance("127.0.0.1", 100, 10_000, Set.of(EffectKind.PAYMENT)));
    assertThat(
            interceptor.revoke(
                Revocation.sign(
                    chain.mandates().getFirst().digest(), new Timestamp(noon), House.OWNER)))
        .isEmpty();
    Ruling.Refused revoked = (Ruling.Refused) interceptor.begin(House.ask("a", 1));
    assertThat(revoked.reason()).contains("revoked");
    assertThat(house.log.kinds()).contains(RecordLog.Kind.REVOCATION);
    // A clock that jumps back does not bring it back: it is asked at each action.
    house.now = noon.plus(Duration.ofHours(1));
    assertThat(decision(House.ask("a", 1))).isEqualTo(Decision.DENY);
    assertThat(house.check()).isInstanceOf(HistoryCheck.Result.Holds.class);
  }

  @Test
  void aStrangersRevocationChangesNothing() {
    MandateChain chain =
        House.chain(House.allowance("127.0.0.1", 100, 10_000, Set.of(EffectKind.PAYMENT)));
    interceptor.revoke(
        Revocation.sign(
            chain.mandates().getFirst().digest(), new Timestamp(house.now), House.GATEWAY));
    assertThat(decision(House.ask("a", 1))).isEqualTo(Decision.ALLOW);
  }

  /** However many ask at once, the budget is spent once. */
  @Test
  void aBudgetIsNeverOverspentByActionsAtOnce() throws Exception {
    House tight = new House(new MemoryLog());
    tight.adopt(House.allowance("127.0.0.1", 1000, 200, Set.of()));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Decision>> rulings = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        rulings.add(threads.submit(() -> decision(tight.interceptor, House.ask("q", 20))));
      }
      int released = 0;
      for (Future<Decision> ruling : rulings) {
        released += ruling.get(10, TimeUnit.SECONDS).releases() ? 1 : 0;
      }
      assertThat(released).isEqualTo(10);
    }
    assertThat(tight.check()).isInstanceOf(HistoryCheck.Result.Holds.class);
  }

  @Test
  void aRestartContinuesTheHistoryAndTheBudget() {
    finish(released(House.ask("one", 10)), 10);
    released(House.ask("two", 50));
    House again = new House(house.log);
    again.interceptor.resume(
        House.chain(House.allowance("127.0.0.1", 100, 10_000, Set.of(EffectKind.PAYMENT))));
    for (Token token : house.tokens()) {
      assertThat(again.interceptor.resume(token)).isEmpty();
    }
    assertThat(again.interceptor.closeInterrupted()).isEmpty();
    Token last = again.tokens().getLast();
    assertThat(last.claims().get("freehold_outcome"))
        .contains(dev.freehold.record.Json.of("interrupted"));
    assertThat(decision(again.interceptor, House.ask("three", 5))).isEqualTo(Decision.ALLOW);
    HistoryCheck.Result.Holds holds = (HistoryCheck.Result.Holds) again.check();
    assertThat(holds.history().path().tokens()).isEqualTo(65);
    // A log of somebody else is no history of this gateway's.
    assertThat(new House(new MemoryLog()).interceptor.resume(house.tokens().get(1))).isPresent();
  }

  @Test
  void aCapabilityIsForTheReleasedAction() {
    Ruling.Released released =
        (Ruling.Released)
            interceptor.begin(
                House.effect(EffectKind.TOOL_CALL, "search", 0, Classification.PUBLIC));
    assertThat(interceptor.capability(released).mismatch(house.tokens().getFirst())).isEmpty();
  }

  private Ruling.Released released(Wish wish) {
    return switch (interceptor.begin(wish)) {
      case Ruling.Released released -> released;
      case Ruling.Refused refused -> throw new AssertionError(refused.reason());
      case Ruling.Closed(String why) -> throw new AssertionError(why);
    };
  }

  private void finish(Ruling.Released released, long tokens) {
    released.permit().take();
    interceptor.performed(released.permit());
    assertThat(interceptor.await(interceptor.ended(released.permit(), end(tokens)).durable()))
        .isEmpty();
  }

  private static Interceptor.End end(long tokens) {
    return new Interceptor.End(
        TaggedDigest.of(Digest.sha256("answer")),
        Outcome.RETURNED,
        OptionalLong.of(tokens),
        200,
        null);
  }

  private Decision decision(Wish wish) {
    return decision(interceptor, wish);
  }

  private static Decision decision(Interceptor interceptor, Wish wish) {
    return switch (interceptor.begin(wish)) {
      case Ruling.Released released -> released.permit().decision();
      case Ruling.Refused refused -> refused.decision();
      case Ruling.Closed(String why) -> throw new AssertionError(why);
    };
  }
}
