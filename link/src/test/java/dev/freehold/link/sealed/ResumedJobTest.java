// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import static dev.freehold.link.sealed.Jobs.ASKER;
import static dev.freehold.link.sealed.Jobs.LIMIT;
import static dev.freehold.link.sealed.Jobs.RANDOM;
import static dev.freehold.link.sealed.Jobs.RUNNER;
import static dev.freehold.link.sealed.Jobs.STRANGER;
import static dev.freehold.link.sealed.Jobs.accepted;
import static dev.freehold.link.sealed.Jobs.contents;
import static dev.freehold.link.sealed.Jobs.flip;
import static dev.freehold.link.sealed.Jobs.refusal;
import static dev.freehold.link.sealed.Jobs.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** A ticket stands for one asker at one runner, for a while, each of its numbers once. */
@NullMarked
class ResumedJobTest {
  private static final Senders MEMBERS = Senders.known(Set.of(ASKER.nodeId(), STRANGER.nodeId()));
  private static final long LIFE = Ticket.LIFE.toNanos();

  private long now = 1_000;
  private final RunnerKeys keys = new RunnerKeys(RUNNER, RANDOM, 5000, () -> now);
  private final Ticket ticket = ticket(keys, ASKER);

  private Ticket ticket(RunnerKeys runner, SigningKey asker) {
    AskerEnd end = AskerEnd.named(runner.current(), JobId.random(RANDOM), asker, RANDOM);
    assertThat(runner.accept(end.opening(), MEMBERS, LIMIT))
        .isInstanceOf(Acceptance.Accepted.class);
    return end.ticket(now).orElseThrow();
  }

  private AskerEnd asker() {
    return AskerEnd.resumed(ticket, JobId.random(RANDOM), now).orElseThrow();
  }

  private Acceptance resume(byte[] opening) {
    return keys.resume(opening, MEMBERS, LIMIT);
  }

  private RunnerEnd runner(AskerEnd asker) {
    return accepted(resume(asker.opening()));
  }

  private static FrameOpener answer(AskerEnd asker, RunnerEnd runner) {
    return ((AnswerEnd.Opening) asker.answer(runner.opening(), LIMIT)).frames();
  }

  /** What somebody who has this secret would send. */
  private static byte[] opening(
      NodeId runner, NodeId asker, TicketId id, byte[] secret, int number) {
    byte[] head = Resumed.head(id, number, JobId.random(RANDOM));
    return Request.join(head, new Resumed(runner, asker, secret, head).confirmation());
  }

  @Test
  void carriesARequestAndItsAnswer() {
    for (int i = 0; i < 3; i++) {
      AskerEnd asker = asker();
      assertThat(asker.opening()).hasSize(67);
      RunnerEnd runner = runner(asker);
      assertThat(runner.job()).isEqualTo(asker.job());
      assertThat(runner.sender()).hasValue(ASKER.nodeId());
      assertThat(contents(runner.request().receive(asker.request().finish(utf8("asked")))))
          .hasValue(utf8("asked"));
      FrameOpener answer = answer(asker, runner);
      assertThat(contents(answer.receive(runner.answer().finish(utf8("answered")))))
          .hasValue(utf8("answered"));
      assertThat(answer.end()).isEmpty();
    }
  }

  @Test
  void noTwoJobsOfATicketLookAlikeAndNoneShowsWhatIsSaid() {
    byte[] secret = utf8("the prompt that nobody else may read, long enough to be found");
    AskerEnd first = asker();
    AskerEnd second = asker();
    byte[] one = first.request().finish(secret);
    assertThat(second.request().finish(secret)).isNotEqualTo(one);
    String seen = new String(Request.join(first.opening(), one), StandardCharsets.ISO_8859_1);
    for (int at = 0; at + 6 <= secret.length; at++) {
      assertThat(seen).doesNotContain(new String(secret, at, 6, StandardCharsets.ISO_8859_1));
    }
    byte[] name = ASKER.verifyingKey().bytes();
    assertThat(seen).doesNotContain(new String(name, 0, 6, StandardCharsets.ISO_8859_1));
  }

  @Test
  void refusesAnOpeningAlteredInAnyByte() {
    byte[] opening = asker().opening();
    for (int at = 0; at < opening.length; at++) {
      Refusal due = at == 0 ? Refusal.VERSION : at <= 16 ? Refusal.UNKNOWN_TICKET : Refusal.ALTERED;
      assertThat(resume(flip(opening, at))).as("byte %d", at).isEqualTo(new Refused(due));
    }
    assertThat(resume(opening))
        .as("and none of it used the number up")
        .isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void refusesARequestAlteredInAnyByte() {
    for (int at = 0; at < 273; at += 3) {
      AskerEnd asker = asker();
      RunnerEnd runner = runner(asker);
      List<Opened> opened = runner.request().receive(flip(asker.request().finish(utf8("a")), at));
      assertThat(opened).as("byte %d", at).noneMatch(Opened.Content.class::isInstance);
      assertThat(runner.request().end()).hasValue(at == 0 ? Refusal.TRUNCATED : Refusal.ALTERED);
    }
  }

  @Test
  void refusesAnAnswerAlteredReflectedOrOfAnotherJob() {
    AskerEnd asker = asker();
    RunnerEnd runner = runner(asker);
    byte[] request = asker.request().seal(utf8("request"));
    byte[] sealed = runner.answer().finish(utf8("answer"));
    assertThat(refusal(answer(asker, runner).receive(request))).isEqualTo(Refusal.ALTERED);
    assertThat(refusal(runner.request().receive(sealed))).isEqualTo(Refusal.ALTERED);
    for (int at = 1; at < sealed.length; at += 5) {
      assertThat(refusal(answer(asker, runner).receive(flip(sealed, at))))
          .isEqualTo(Refusal.ALTERED);
    }
    AskerEnd other = asker();
    RunnerEnd otherRunner = runner(other);
    assertThat(refusal(answer(other, otherRunner).receive(sealed))).isEqualTo(Refusal.ALTERED);
    assertThat(refusal(otherRunner.request().receive(asker().request().seal(utf8("another's")))))
        .isEqualTo(Refusal.ALTERED);
    assertThat(refusal(answer(other, runner).receive(sealed))).isEqualTo(Refusal.ALTERED);
    assertThat(contents(answer(asker, runner).receive(sealed))).hasValue(utf8("answer"));
  }

  @Test
  void refusesAReplayAsLongAsTheTicketLastsAndTheTicketAfterwards() {
    byte[] opening = asker().opening();
    assertThat(resume(opening)).isInstanceOf(Acceptance.Accepted.class);
    assertThat(resume(opening)).isEqualTo(new Refused(Refusal.REPLAYED));
    keys.rotate();
    keys.rotate();
    now += LIFE - 1;
    assertThat(resume(opening)).isEqualTo(new Refused(Refusal.REPLAYED));
    now++;
    assertThat(resume(opening)).isEqualTo(new Refused(Refusal.UNKNOWN_TICKET));
  }

  @Test
  void anotherJobOfTheSameNumberIsAReplayToo() {
    runner(asker());
    byte[] again = opening(RUNNER.nodeId(), ASKER.nodeId(), ticket.id(), ticket.secret(), 0);
    assertThat(resume(again)).isEqualTo(new Refused(Refusal.REPLAYED));
  }

  @Test
  void aTicketEndsWithItsTimeAtEitherEnd() {
    AskerEnd early = asker();
    now += LIFE;
    assertThat(AskerEnd.resumed(ticket, JobId.random(RANDOM), now)).isEmpty();
    assertThat(resume(early.opening())).isEqualTo(new Refused(Refusal.UNKNOWN_TICKET));
  }

  @Test
  void aTicketEndsWithItsJobs() {
    for (int i = 0; i < Ticket.JOBS; i++) {
      assertThat(ticket.number(now)).hasValue(i);
    }
    assertThat(AskerEnd.resumed(ticket, JobId.random(RANDOM), now)).isEmpty();
    for (int number : new int[] {1000, 1001, 65_535}) {
      byte[] beyond =
          opening(RUNNER.nodeId(), ASKER.nodeId(), ticket.id(), ticket.secret(), number);
      assertThat(resume(beyond)).isEqualTo(new Refused(Refusal.UNKNOWN_TICKET));
    }
    byte[] last = opening(RUNNER.nodeId(), ASKER.nodeId(), ticket.id(), ticket.secret(), 999);
    assertThat(resume(last)).isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void aRunnerThatWasStartedAgainKnowsNoTicket() {
    RunnerKeys again = new RunnerKeys(RUNNER, RANDOM, 100, () -> now);
    assertThat(again.resume(asker().opening(), MEMBERS, LIMIT))
        .isEqualTo(new Refused(Refusal.UNKNOWN_TICKET));
  }

  @Test
  void aTicketOfAnotherRunnerOrAskerIsNoneHere() {
    RunnerKeys elsewhere = new RunnerKeys(STRANGER, RANDOM, 100, () -> now);
    Ticket there = ticket(elsewhere, ASKER);
    AskerEnd misled = AskerEnd.resumed(there, JobId.random(RANDOM), now).orElseThrow();
    assertThat(resume(misled.opening())).isEqualTo(new Refused(Refusal.UNKNOWN_TICKET));
    Ticket strangers = ticket(keys, STRANGER);
    assertThat(strangers.secret()).isNotEqualTo(ticket.secret());
    for (byte[] forged :
        List.of(
            opening(RUNNER.nodeId(), ASKER.nodeId(), ticket.id(), strangers.secret(), 0),
            opening(RUNNER.nodeId(), STRANGER.nodeId(), ticket.id(), strangers.secret(), 0),
            opening(RUNNER.nodeId(), STRANGER.nodeId(), ticket.id(), ticket.secret(), 0),
            opening(STRANGER.nodeId(), ASKER.nodeId(), ticket.id(), ticket.secret(), 0))) {
      assertThat(resume(forged)).isEqualTo(new Refused(Refusal.ALTERED));
    }
    assertThat(resume(asker().opening())).isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void whoIsNoMemberAnyMoreResumesNothing() {
    byte[] opening = asker().opening();
    assertThat(keys.resume(opening, Senders.known(Set.of(STRANGER.nodeId())), LIMIT))
        .isEqualTo(new Refused(Refusal.SENDER_UNKNOWN));
    assertThat(resume(opening))
        .as("the number is not used up")
        .isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void aStrangersJobLeavesNothingBehind() {
    AskerEnd named = AskerEnd.named(keys.current(), JobId.random(RANDOM), STRANGER, RANDOM);
    accepted(keys.accept(named.opening(), Senders.anyone(), LIMIT));
    Ticket hoped = named.ticket(now).orElseThrow();
    AskerEnd resumed = AskerEnd.resumed(hoped, JobId.random(RANDOM), now).orElseThrow();
    assertThat(keys.resume(resumed.opening(), Senders.anyone(), LIMIT))
        .isEqualTo(new Refused(Refusal.UNKNOWN_TICKET));
    AskerEnd nameless = AskerEnd.anonymous(keys.current(), JobId.random(RANDOM), RANDOM);
    assertThat(nameless.ticket(now)).isEmpty();
    assertThat(asker().ticket(now)).as("a ticket gives no further one").isEmpty();
    AskerEnd refused = AskerEnd.named(keys.current(), JobId.random(RANDOM), STRANGER, RANDOM);
    assertThat(keys.accept(refused.opening(), Senders.known(Set.of(ASKER.nodeId())), LIMIT))
        .isEqualTo(new Refused(Refusal.SENDER_UNKNOWN));
    Ticket none = refused.ticket(now).orElseThrow();
    assertThat(resume(AskerEnd.resumed(none, JobId.random(RANDOM), now).orElseThrow().opening()))
        .isEqualTo(new Refused(Refusal.UNKNOWN_TICKET));
  }

  @Test
  void keepsFourTicketsOfOneAskerAndSixtyFourInAll() {
    Tickets tickets = new Tickets(() -> now);
    for (int i = 0; i < 6; i++) {
      tickets.keep(ASKER.nodeId(), exported(i));
    }
    for (int i = 0; i < 6; i++) {
      assertThat(tickets.find(TicketId.at(exported(i), 0)).isPresent()).isEqualTo(i >= 2);
    }
    for (int i = 6; i < 6 + Tickets.KEPT; i++) {
      tickets.keep(SigningKey.ofSeed(Jobs.seed(i)).nodeId(), exported(i));
    }
    for (int i = 0; i < 6 + Tickets.KEPT; i++) {
      assertThat(tickets.find(TicketId.at(exported(i), 0)).isPresent()).isEqualTo(i >= 6);
    }
    assertThat(tickets.take(TicketId.at(exported(2), 0), 0)).hasValue(Refusal.UNKNOWN_TICKET);
    now += LIFE;
    assertThat(tickets.find(TicketId.at(exported(9), 0))).isEmpty();
  }

  private static byte[] exported(int id) {
    byte[] exported = new byte[Ticket.BYTES];
    exported[0] = (byte) id;
    return exported;
  }

  @Test
  void anyBytesAreNoOpening() {
    long seed = 67;
    Random random = new Random(seed);
    byte[] genuine = asker().opening();
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[RunnerKeys.RESUMED_BYTES];
      random.nextBytes(bytes);
      System.arraycopy(genuine, 0, bytes, 0, List.of(0, 1, 17, 19, 35, 60).get(round % 6));
      assertThat(resume(bytes)).as("seed %d, round %d", seed, round).isInstanceOf(Refused.class);
    }
    assertThat(resume(genuine)).isInstanceOf(Acceptance.Accepted.class);
    for (int length : new int[] {0, 66, 68, RunnerKeys.OPENING_BYTES}) {
      assertThatThrownBy(() -> resume(Arrays.copyOf(genuine, length)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
