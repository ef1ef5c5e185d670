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
import dev.freehold.fleet.check.Judge;
import dev.freehold.fleet.check.Judgement;
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
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Machines over loopback sockets that die, stall, are full or lie, and what the client gets. */
@NullMarked
class DispatchTest {
  private static final JobOrder ORDER = JobRig.ORDER;
  private static final SigningKey ASKER = JobRig.key(9);
  private static final Patience PATIENCE =
      new Patience(Duration.ofMillis(400), Duration.ofSeconds(5), Duration.ofSeconds(5));

  private final List<JobRig> rigs = new ArrayList<>();
  private final List<Case> cases = new ArrayList<>();
  private boolean seen = true;
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
    Outcome outcome =
        new Dispatch(ORDER, check, List.of(machines), PATIENCE, judge, cases::add)
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

  @Test
  void garbageWithAFittingReceiptIsCaughtByReplay() throws Exception {
    SigningKey key = JobRig.key(1);
    JobWork garbage =
        (order, sink) -> {
          sink.accepted();
          sink.chunk(JobRig.chunk("zzzz", ""));
          sink.finished(JobRig.result(key, order, "z", "z", "z", "z"));
        };
    Machine liar = machine(1, garbage);
    Judge judge =
        new Judge() {
          @Override
          public boolean has(Digest model) {
            return true;
          }

          @Override
          public Judgement judge(Transcript transcript) {
            return transcript.response().write().contains("zzzz")
                ? new Judgement.Fails(List.of("token 0 is another"))
                : new Judgement.Holds();
          }
        };
    run(Optional.of(judge), liar);
    assertThat(cases).extracting(Case::machine).containsExactly(liar.id());
  }
}
