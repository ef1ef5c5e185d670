// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.fleet.job.Attempt;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobRig;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Machines that die, stall or are full, and what the client gets. */
@NullMarked
class DispatchTest extends DispatchRig {
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
}
