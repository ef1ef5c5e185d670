// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.chat.Request;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.check.AnswerCheck;
import dev.freehold.fleet.check.Case;
import dev.freehold.fleet.check.Examination;
import dev.freehold.fleet.check.Judge;
import dev.freehold.fleet.check.Judgement;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.fleet.job.Attempt;
import dev.freehold.fleet.job.JobClient;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobRig;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.fleet.job.LocalAttempt;
import dev.freehold.link.sealed.Senders;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Machines over loopback sockets that die, stall, are full or lie, and what the client gets. */
@NullMarked
class DispatchTest {
  private static final JobOrder ORDER = JobRig.ORDER;
  private static final SigningKey ASKER = JobRig.key(9);
  private static final Patience PATIENCE =
      new Patience(
          Duration.ofMillis(100),
          Duration.ofMillis(400),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5));

  /** No model is here. */
  private static final Judge NOBODY =
      new Judge() {
        @Override
        public boolean has(Digest model) {
          return false;
        }

        @Override
        public Judgement judge(Transcript transcript) {
          return new Judgement.CannotJudge("the model is not here");
        }
      };

  private final List<JobRig> rigs = new ArrayList<>();
  private final List<Case> cases = new ArrayList<>();
  private boolean seen = true;
  private TokenCheck tokens = TokenCheck.none();
  private boolean replays = true;
  private Patience patience = PATIENCE;
  private final List<String> client = new ArrayList<>();
  private final List<NodeId> accepted = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (JobRig rig : rigs) {
      rig.close();
    }
  }

  private Machine machine(int seed, JobWork work) throws IOException {
    JobRig rig = new JobRig(seed, work, Senders.anyone());
    rigs.add(rig);
    JobClient asker = new JobClient(ASKER, rig.peers(), new SecureRandom());
    return new Machine(rig.key.nodeId(), false, order -> asker.begin(rig.key.nodeId(), order));
  }

  private Machine honest(int seed) throws IOException {
    return machine(seed, JobRig.saying(JobRig.key(seed), "a", "b", "c", "d"));
  }

  private static Machine own(String... tokens) {
    JobWork work = JobRig.saying(ASKER, tokens);
    return new Machine(ASKER.nodeId(), true, order -> LocalAttempt.begin(work, order));
  }

  /** Says some tokens, and then does something else. */
  private interface Then {
    void go(JobWork.Sink sink) throws IOException, InterruptedException;
  }

  private static JobWork broken(Then then, String... tokens) {
    return (_, sink) -> {
      sink.accepted();
      for (String token : tokens) {
        sink.chunk(JobRig.chunk(token, ""));
      }
      then.go(sink);
    };
  }

  private Outcome run(Optional<Judge> judge, Machine... machines) throws Exception {
    AnswerCheck check =
        new AnswerCheck(ORDER, Request.parse(ORDER.kind().path(), Json.parse(ORDER.body())));
    Examination examination =
        new Examination(check, tokens, judge.orElse(NOBODY), judge.isPresent() && replays);
    Outcome outcome =
        new Dispatch(ORDER, examination, List.of(machines), patience, cases::add)
            .run(
                new Delivery() {
                  @Override
                  public void accepted(NodeId machine) {
                    accepted.add(machine);
                  }

                  @Override
                  public void chunk(Json.Obj choice) {
                    client.add(choice.write());
                  }

                  @Override
                  public boolean seen() {
                    return seen;
                  }
                });
    if (outcome instanceof Outcome.Answered answered) {
      answered.last().forEach(chunk -> client.add(chunk.write()));
    }
    return outcome;
  }

  private void assertUndisturbed(Outcome outcome, Machine by) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Answered.class, answered -> assertThat(answered.machine()).isEqualTo(by.id()));
    List<String> due = new ArrayList<>();
    for (String token : List.of("a", "b", "c", "d")) {
      due.add(JobRig.chunk(token, "").write());
    }
    due.add(JobRig.chunk("", "length").write());
    assertThat(client).isEqualTo(due);
    assertThat(accepted).hasSize(1);
  }

  private static String code(Outcome outcome) {
    return ((Outcome.Unanswered) outcome).error().code();
  }

  @Test
  void anHonestMachineAnswers() throws Exception {
    Machine one = honest(1);
    assertUndisturbed(run(Optional.empty(), one), one);
    assertThat(cases).isEmpty();
  }

  @Test
  void afterADeathInMidStreamTheNextGoesOnAndNothingComesTwice() throws Exception {
    Machine dying =
        machine(
            1,
            broken(
                _ -> {
                  throw new IOException("dead");
                },
                "a",
                "b"));
    Machine two = honest(2);
    assertUndisturbed(run(Optional.empty(), dying, two), two);
    assertThat(cases).isEmpty();
  }

  @Test
  void afterAMachineThatSaysItCannotGoOnTheNextOneDoes() throws Exception {
    JobError stopping = new JobError(503, "stopping", "server_error", null, "node_stopping", 5);
    Machine one = machine(1, broken(sink -> sink.failed(stopping), "a"));
    Machine two = honest(2);
    assertUndisturbed(run(Optional.empty(), one, two), two);
  }

  @Test
  void afterAStallWithoutAnyWordTheNextGoesOn() throws Exception {
    Machine one = new Machine(JobRig.key(1).nodeId(), false, _ -> LocalSilence.ATTEMPT);
    Machine two = honest(2);
    assertUndisturbed(run(Optional.empty(), one, two), two);
  }

  @Test
  void aSilentMachineWhoseLinkIsDownIsNotWaitedFor() throws Exception {
    Duration endless = Duration.ofMinutes(1);
    patience = new Patience(Duration.ofMillis(50), endless, endless, endless);
    Machine one =
        new Machine(JobRig.key(1).nodeId(), false, _ -> new Unlinked(LocalSilence.ATTEMPT));
    Machine two = honest(2);
    long begun = System.nanoTime();
    assertUndisturbed(run(Optional.empty(), one, two), two);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void aMachineThatSpeaksIsHeardWhateverIsSaidOfItsLink() throws Exception {
    Machine told = honest(1);
    Machine one = new Machine(told.id(), false, order -> new Unlinked(told.begin().apply(order)));
    assertUndisturbed(run(Optional.empty(), one, honest(2)), one);
  }

  @Test
  void theLastMachineIsWaitedForThoughItsLinkIsDown() throws Exception {
    patience =
        new Patience(
            Duration.ofMillis(20),
            Duration.ofMillis(40),
            Duration.ofMillis(300),
            Duration.ofSeconds(5));
    Machine one =
        new Machine(JobRig.key(1).nodeId(), false, _ -> new Unlinked(LocalSilence.ATTEMPT));
    long begun = System.nanoTime();
    assertThat(run(Optional.empty(), one)).isNotInstanceOf(Outcome.Answered.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(290));
  }

  /** Comes back from where it was cut off when somebody asks after it. */
  @Test
  void theLastMachineIsDoubtedWhileItIsSilentAndGoesOnWhenItIsBack() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    Machine honest =
        machine(
            1,
            (order, sink) -> {
              assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
              JobRig.saying(JobRig.key(1), "a", "b", "c", "d").run(order, sink);
            });
    AtomicInteger silent = new AtomicInteger(2);
    Machine one =
        new Machine(
            honest.id(),
            false,
            order -> {
              Attempt told = honest.begin().apply(order);
              return new Attempt() {
                @Override
                public Step next(Duration atMost) throws InterruptedException {
                  return silent.get() > 0 ? new Step.Silent() : told.next(atMost);
                }

                @Override
                public void doubt() {
                  silent.decrementAndGet();
                  asked.countDown();
                }

                @Override
                public boolean linked() {
                  return false;
                }

                @Override
                public void close() {
                  told.close();
                }
              };
            });
    assertUndisturbed(run(Optional.empty(), one), one);
  }

  /** Says what another says, over a link that is down. */
  private record Unlinked(Attempt other) implements Attempt {
    @Override
    public Step next(Duration atMost) throws InterruptedException {
      return other.next(atMost);
    }

    @Override
    public boolean linked() {
      return false;
    }

    @Override
    public void close() {
      other.close();
    }
  }

  @Test
  void aFullMachineSpillsOverAndOnlyIfAllAreFullTheClientHearsSo() throws Exception {
    JobError full = new JobError(429, "full", "rate_limit_error", null, "queue_full", 3);
    Machine one = machine(1, (_, sink) -> sink.failed(full));
    Machine two = honest(2);
    assertUndisturbed(run(Optional.empty(), one, two), two);
    assertThat(code(run(Optional.empty(), one))).isEqualTo("queue_full");
  }

  @Test
  void anErrorOfTheRequestIsNotAskedTwice() throws Exception {
    JobError bad = new JobError(400, "no", "invalid_request_error", "top_k", "invalid_request", 0);
    Machine one = machine(1, (_, sink) -> sink.failed(bad));
    assertThat(run(Optional.empty(), one, honest(2))).isEqualTo(new Outcome.Unanswered(bad));
  }

  private void assertCaught(JobWork lie, String reason) throws Exception {
    cases.clear();
    client.clear();
    accepted.clear();
    Machine liar = machine(1, lie);
    Machine two = honest(2);
    assertUndisturbed(run(Optional.empty(), liar, two), two);
    assertThat(cases).hasSize(1);
    assertThat(cases.getFirst().machine()).isEqualTo(liar.id());
    assertThat(cases.getFirst().reasons()).anyMatch(one -> one.contains(reason));
    assertThat(cases.getFirst().evidence()).isInstanceOf(Case.Evidence.Signed.class);
  }

  private static JobWork lying(JobOrder instead, SigningKey key, String... tokens) {
    return (_, sink) -> {
      sink.accepted();
      sink.finished(JobRig.result(key, instead, tokens));
    };
  }

  @Test
  void aReceiptThatDoesNotFitIsCaughtAndTheNextMachineAnswers() throws Exception {
    SigningKey key = JobRig.key(1);
    String[] tokens = {"a", "b", "c", "d"};
    assertCaught(
        lying(
            new JobOrder(
                ORDER.kind(),
                ORDER.model(),
                new Nonce("ff".repeat(16)),
                ORDER.seed(),
                ORDER.body()),
            key,
            tokens),
        "another nonce");
    assertCaught(
        lying(
            new JobOrder(
                ORDER.kind(), Digest.sha256("other"), ORDER.nonce(), ORDER.seed(), ORDER.body()),
            key,
            tokens),
        "another model");
    assertCaught(
        lying(
            new JobOrder(ORDER.kind(), ORDER.model(), ORDER.nonce(), 43, ORDER.body()),
            key,
            tokens),
        "another seed");
    assertCaught(
        lying(
            new JobOrder(
                Kind.COMPLETION,
                ORDER.model(),
                ORDER.nonce(),
                ORDER.seed(),
                ORDER.body().replace("ab", "ba")),
            key,
            tokens),
        "another request");
    assertCaught(lying(ORDER, key, "a", "b"), "reached its limit with 2 tokens");
    assertCaught(lying(ORDER, key, "a", "b", "c", "d", "e"), "at most 4 were asked for");
    assertCaught(lying(ORDER, JobRig.key(7), tokens), "of another node");
    assertCaught(lying(ORDER, key, tokens), "says something else than the response");
  }

  @Test
  void twoMachinesThatDifferAreJudgedByTheOwnEngine() throws Exception {
    Machine dying =
        machine(
            1,
            broken(
                _ -> {
                  throw new IOException("dead");
                },
                "a",
                "b"));
    Machine liar = machine(2, JobRig.saying(JobRig.key(2), "a", "X", "c", "d"));
    Machine own = own("a", "b", "c", "d");
    assertUndisturbed(run(Optional.empty(), dying, liar, own), own);
    assertThat(cases).extracting(Case::machine).containsExactly(liar.id());
  }

  @Test
  void aClientThatWasGivenAWrongTokenIsToldSo() throws Exception {
    Machine liar =
        machine(
            1,
            broken(
                _ -> {
                  throw new IOException("dead");
                },
                "X"));
    Outcome outcome = run(Optional.empty(), liar, honest(2), own("a", "b", "c", "d"));
    assertThat(code(outcome)).isEqualTo("answer_was_wrong");
    assertThat(cases).extracting(Case::machine).containsExactly(liar.id());
  }

  /** Gives one wrong chunk, and signs for something else. */
  private Machine contradictingItself() throws IOException {
    SigningKey key = JobRig.key(1);
    return machine(
        1,
        (order, sink) -> {
          sink.accepted();
          sink.chunk(JobRig.chunk("X", ""));
          sink.finished(JobRig.result(key, order, "a", "b", "c", "d"));
        });
  }

  @Test
  void whatALiarGaveIsAsIfItHadNeverBeenWhereTheClientSawNothing() throws Exception {
    seen = false;
    Machine liar = contradictingItself();
    Machine honest = honest(2);
    assertThat(run(Optional.empty(), liar, honest))
        .isInstanceOfSatisfying(
            Outcome.Answered.class,
            answered -> assertThat(answered.machine()).isEqualTo(honest.id()));
    assertThat(cases).extracting(Case::machine).containsExactly(liar.id());
  }

  @Test
  void aClientThatSawWhatALiarGaveIsToldSoWithoutTheModel() throws Exception {
    Machine liar = contradictingItself();
    assertThat(code(run(Optional.empty(), liar, honest(2)))).isEqualTo("answer_was_wrong");
    assertThat(cases).extracting(Case::machine).containsExactly(liar.id());
  }

  @Test
  void withoutTheModelNobodyIsHeldToLie() throws Exception {
    Machine one =
        machine(
            1,
            broken(
                _ -> {
                  throw new IOException("dead");
                },
                "X"));
    assertThat(code(run(Optional.empty(), one, honest(2)))).isEqualTo("answers_differ");
    assertThat(cases).isEmpty();
  }

  /** Garbage, and a receipt that fits it. */
  private Machine garbage() throws IOException {
    SigningKey key = JobRig.key(1);
    return machine(
        1,
        (order, sink) -> {
          sink.accepted();
          sink.chunk(JobRig.chunk("zzzz", ""));
          sink.finished(JobRig.result(key, order, "z", "z", "z", "z"));
        });
  }

  /** Sees that text. */
  private static final class Seeing implements Judge {
    int asked;

    @Override
    public boolean has(Digest model) {
      return true;
    }

    @Override
    public Judgement judge(Transcript transcript) {
      asked++;
      return transcript.response().write().contains("zzzz")
          ? new Judgement.Fails(List.of("token 0 is another"))
          : new Judgement.Holds();
    }
  }

  /** Says one thing of every answer. */
  private record Says(Counted counted, List<String> begun) implements TokenCheck {
    @Override
    public void begin() {
      begun.add("once");
    }

    @Override
    public OptionalInt promptTokens() {
      return OptionalInt.empty();
    }

    @Override
    public Optional<Following> follow() {
      return Optional.empty();
    }

    @Override
    public Counted judge(Transcript transcript) {
      return counted;
    }
  }

  @Test
  void garbageWithAFittingReceiptIsCaughtByReplay() throws Exception {
    Machine liar = garbage();
    run(Optional.of(new Seeing()), liar);
    assertThat(cases).extracting(Case::machine).containsExactly(liar.id());
  }

  @Test
  void tokensThatTheTokenizerDoesNotGiveAreHeldAgainstAMachineWithoutAReplay() throws Exception {
    Machine liar = garbage();
    Seeing judge = new Seeing();
    List<String> begun = new ArrayList<>();
    tokens =
        new Says(
            new TokenCheck.Counted(new Judgement.Fails(List.of("12 are claimed, 4 due")), false),
            begun);
    seen = false;
    Outcome outcome = run(Optional.of(judge), liar, honest(2));
    assertThat(outcome).isInstanceOf(Outcome.Unanswered.class);
    assertThat(cases)
        .allSatisfy(
            found -> {
              assertThat(found.reasons()).containsExactly("12 are claimed, 4 due");
              assertThat(found.evidence()).isInstanceOf(Case.Evidence.Signed.class);
            })
        .hasSize(2);
    assertThat(judge.asked).isZero();
    assertThat(begun).isNotEmpty();
  }

  @Test
  void aDoubtfulAnswerIsReplayedThoughNoneWouldBe() throws Exception {
    Machine liar = garbage();
    replays = false;
    tokens = new Says(new TokenCheck.Counted(new Judgement.Holds(), true), new ArrayList<>());
    run(Optional.of(new Seeing()), liar);
    assertThat(cases).extracting(Case::machine).containsExactly(liar.id());
    assertThat(cases.getFirst().reasons()).containsExactly("token 0 is another");
  }

  @Test
  void anAnswerThatLeavesNoDoubtIsNotReplayed() throws Exception {
    replays = false;
    Seeing judge = new Seeing();
    tokens = new Says(new TokenCheck.Counted(new Judgement.Holds(), false), new ArrayList<>());
    assertUndisturbed(run(Optional.of(judge), honest(1)), honest(1));
    assertThat(judge.asked).isZero();
  }

  @Test
  void whatCannotBeCountedIsHeldAgainstNobody() throws Exception {
    tokens =
        new Says(
            new TokenCheck.Counted(new Judgement.CannotJudge("no tokenizer"), false),
            new ArrayList<>());
    assertUndisturbed(run(Optional.empty(), honest(1)), honest(1));
    assertThat(cases).isEmpty();
  }

  @Test
  void aCountThatThisMachineDoesNotMakeIsHeldAgainstWhoeverSaysIt() throws Exception {
    NodeId liar = JobRig.key(1).nodeId();
    Attempt wrong =
        new Attempt() {
          @Override
          public Step next(Duration atMost) {
            return new Step.Wrong("it counts 9, the request makes 2", "prompt 9", "prompt 2");
          }

          @Override
          public void close() {
            // Nothing is held.
          }
        };
    Machine honest = honest(2);
    Outcome outcome = run(Optional.empty(), new Machine(liar, false, _ -> wrong), honest);
    assertUndisturbed(outcome, honest);
    assertThat(cases).hasSize(1);
    assertThat(cases.getFirst().machine()).isEqualTo(liar);
    assertThat(cases.getFirst().reasons()).containsExactly("it counts 9, the request makes 2");
    assertThat(cases.getFirst().evidence())
        .isEqualTo(new Case.Evidence.Account(ORDER, "prompt 9", "prompt 2"));
  }
}
