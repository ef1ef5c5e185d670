// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.fleet.job.Attempt;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.record.Json;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a buyer lets a seller count, before it pays anything. */
class PaidAttemptTest {
  private static final Duration NOW = Duration.ofSeconds(1);
  private final Deque<Attempt.Step> steps = new ArrayDeque<>();

  private Attempt.Step after(JobMessage... messages) throws Exception {
    for (JobMessage message : messages) {
      steps.add(new Attempt.Step.Said(message));
    }
    PaidAttempts paid = PaidAttempts.of(() -> new Scripted(steps), 100);
    Attempt.Step last = new Attempt.Step.Silent();
    for (int i = 0; i < messages.length && !(last instanceof Attempt.Step.Lost); i++) {
      last = paid.attempt().next(NOW);
    }
    assertThat(paid.signed()).as("nothing is signed for what was not counted here").isZero();
    return last;
  }

  private record Scripted(Deque<Attempt.Step> steps) implements Attempt {
    @Override
    public Step next(Duration atMost) {
      return steps.isEmpty() ? new Step.Silent() : steps.removeFirst();
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  private static JobMessage text(String text) {
    return new JobMessage.Chunk(
        Json.object().put("delta", Json.object().put("content", text).build()).build());
  }

  @Test
  void moreTokensThanBytesOfTextCanHoldAreAFoul() throws Exception {
    assertThat(after(text("four"), new JobMessage.Meter(10, 4 + PaidAttempt.AHEAD)))
        .isInstanceOf(Attempt.Step.Said.class);
    assertThat(after(text("four"), new JobMessage.Meter(10, 5 + PaidAttempt.AHEAD)))
        .isEqualTo(new Attempt.Step.Lost("it counts more tokens than there can be", true));
  }

  @Test
  void aPromptLongerThanItsRequestIsAFoul() throws Exception {
    assertThat(after(new JobMessage.Meter(100 + PaidAttempt.TEMPLATE, 0)))
        .isInstanceOf(Attempt.Step.Said.class);
    assertThat(after(new JobMessage.Meter(101 + PaidAttempt.TEMPLATE, 0)))
        .isEqualTo(new Attempt.Step.Lost("it counts more tokens than there can be", true));
  }

  @Test
  void whatIsNoTextCountsForNothing() throws Exception {
    JobMessage chunk =
        new JobMessage.Chunk(
            Json.object()
                .put("delta", Json.object().put("content", "a").build())
                .put("logprobs", Json.object().put("content", "x".repeat(10_000)).build())
                .build());
    assertThat(after(chunk, new JobMessage.Meter(1, 2 + PaidAttempt.AHEAD)))
        .isInstanceOf(Attempt.Step.Lost.class);
  }

  @Test
  void thatASellerGoesOnNoFurtherIsNotTheRequestsFault() throws Exception {
    assertThat(
            after(
                new JobMessage.Accepted(),
                new JobMessage.Failed(
                    new JobError(402, "unpaid", "invalid_request_error", null, "unpaid", 0))))
        .isInstanceOfSatisfying(Attempt.Step.Lost.class, lost -> assertThat(lost.foul()).isFalse());
  }

  @Test
  void aSellerThatIsGoneIsNotAskedAgain() throws Exception {
    Deque<List<Attempt.Step>> attempts = new ArrayDeque<>();
    attempts.add(List.of(new Attempt.Step.Lost("the stream to it broke: it is gone", false)));
    PaidAttempts paid =
        PaidAttempts.of(() -> new Scripted(new ArrayDeque<>(attempts.removeFirst())), 100);
    assertThat(paid.attempt().next(NOW)).isInstanceOf(Attempt.Step.Lost.class);
  }

  @Test
  void aSellerThatForgotTheAccountIsAskedOnceMore() throws Exception {
    Deque<List<Attempt.Step>> attempts = new ArrayDeque<>();
    attempts.add(List.of(new Attempt.Step.Lost("it refused the job: SENDER_UNKNOWN", false)));
    attempts.add(List.of(new Attempt.Step.Said(new JobMessage.Accepted())));
    PaidAttempts paid =
        PaidAttempts.of(() -> new Scripted(new ArrayDeque<>(attempts.removeFirst())), 100);
    assertThat(paid.attempt().next(NOW))
        .isEqualTo(new Attempt.Step.Said(new JobMessage.Accepted()));
    assertThat(attempts).isEmpty();
  }
}
