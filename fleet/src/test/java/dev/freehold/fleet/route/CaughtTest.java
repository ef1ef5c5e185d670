// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.check.Case;
import dev.freehold.fleet.check.Judge;
import dev.freehold.fleet.check.Judgement;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.fleet.job.Attempt;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobRig;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Machines that lie are caught, and no other is; what the client gets then. */
@NullMarked
class CaughtTest extends DispatchRig {
  private static final Duration AMPLE = Duration.ofSeconds(10);

  /** What is told here is told by words: nobody is given up for being slow, or for a cold start. */
  CaughtTest() {
    patience = new Patience(AMPLE, AMPLE, AMPLE, AMPLE);
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
