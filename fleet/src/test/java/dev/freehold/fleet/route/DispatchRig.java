// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.chat.Request;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.check.AnswerCheck;
import dev.freehold.fleet.check.Case;
import dev.freehold.fleet.check.Examination;
import dev.freehold.fleet.check.Judge;
import dev.freehold.fleet.check.Judgement;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.fleet.job.JobClient;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobRig;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.fleet.job.LocalAttempt;
import dev.freehold.link.sealed.Senders;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;

/** Machines over loopback sockets, and what the client gets of them. */
@NullMarked
abstract class DispatchRig {
  static final JobOrder ORDER = JobRig.ORDER;
  static final SigningKey ASKER = JobRig.key(9);
  static final Patience PATIENCE =
      new Patience(
          Duration.ofMillis(100),
          Duration.ofMillis(400),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5));

  /** No model is here. */
  static final Judge NOBODY =
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

  final List<JobRig> rigs = new ArrayList<>();
  final List<Case> cases = new ArrayList<>();
  boolean seen = true;
  TokenCheck tokens = TokenCheck.none();
  boolean replays = true;
  Patience patience = PATIENCE;
  final List<String> client = new ArrayList<>();
  final List<NodeId> accepted = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (JobRig rig : rigs) {
      rig.close();
    }
  }

  Machine machine(int seed, JobWork work) throws IOException {
    JobRig rig = new JobRig(seed, work, Senders.anyone());
    rigs.add(rig);
    JobClient asker = new JobClient(ASKER, rig.peers(), new SecureRandom());
    return new Machine(rig.key.nodeId(), false, order -> asker.begin(rig.key.nodeId(), order));
  }

  Machine honest(int seed) throws IOException {
    return machine(seed, JobRig.saying(JobRig.key(seed), "a", "b", "c", "d"));
  }

  static Machine own(String... tokens) {
    JobWork work = JobRig.saying(ASKER, tokens);
    return new Machine(ASKER.nodeId(), true, order -> LocalAttempt.begin(work, order));
  }

  /** Says some tokens, and then does something else. */
  interface Then {
    void go(JobWork.Sink sink) throws IOException, InterruptedException;
  }

  static JobWork broken(Then then, String... tokens) {
    return (_, sink) -> {
      sink.accepted();
      for (String token : tokens) {
        sink.chunk(JobRig.chunk(token, ""));
      }
      then.go(sink);
    };
  }

  Outcome run(Optional<Judge> judge, Machine... machines) throws Exception {
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

  void assertUndisturbed(Outcome outcome, Machine by) {
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

  static String code(Outcome outcome) {
    return ((Outcome.Unanswered) outcome).error().code();
  }
}
