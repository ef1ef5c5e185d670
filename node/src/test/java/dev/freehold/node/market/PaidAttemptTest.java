// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.fleet.job.Attempt;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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

  /** A tokenizer by which the prompt has ten tokens, and each letter is the token of its number. */
  private static final TokenCheck LETTERS =
      new TokenCheck() {
        @Override
        public void begin() {
          // It is there.
        }

        @Override
        public OptionalInt promptTokens() {
          return OptionalInt.of(10);
        }

        @Override
        public Optional<Following> follow() {
          StringBuilder due = new StringBuilder();
          return Optional.of(
              (_, tokens, text) -> {
                tokens.forEach(due::appendCodePoint);
                return due.toString().startsWith(text)
                    ? Optional.empty()
                    : Optional.of("not its text");
              });
        }

        @Override
        public Counted judge(Transcript transcript) {
          throw new AssertionError("the dispatch does that");
        }
      };

  private static final Amount NARROW = Amount.of(20);

  private Attempt.Step lastOf(PaidAttempts paid, JobMessage... messages) throws Exception {
    for (JobMessage message : messages) {
      steps.add(new Attempt.Step.Said(message));
    }
    Attempt.Step last = new Attempt.Step.Silent();
    while (!steps.isEmpty() && !(last instanceof Attempt.Step.Wrong)) {
      last = paid.attempt().next(NOW);
    }
    return last;
  }

  private PaidAttempts counting() throws IOException {
    return PaidAttempts.of(() -> new Scripted(steps), 100, LETTERS, NARROW);
  }

  private static JobMessage tokens(String letters) {
    return new JobMessage.Tokens(0, letters.chars().boxed().toList());
  }

  private static JobMessage chunk(String text) {
    return new JobMessage.Chunk(Json.object().put("index", 0).put("text", text).build());
  }

  @Test
  void aPromptThatTheTokenizerDoesNotMakeIsHeldAgainstTheSellerBeforeAnyVoucher() throws Exception {
    PaidAttempts paid = counting();
    lastOf(paid, new JobMessage.Meter(60, 0));
    Attempt.Step step = new Attempt.Step.Silent();
    long end = System.nanoTime() + 10_000_000_000L;
    while (!(step instanceof Attempt.Step.Wrong) && System.nanoTime() < end) {
      step = paid.attempt().next(NOW);
      Thread.sleep(1);
    }
    assertThat(step)
        .isEqualTo(
            new Attempt.Step.Wrong(
                "it counts 60 tokens of the prompt, the request makes 10",
                "prompt 60, answer 0",
                "prompt 10, answer 0"));
    assertThat(paid.signed()).isZero();
  }

  @Test
  void whatTheTokenizerMakesIsPaid() throws Exception {
    PaidAttempts paid = counting();
    assertThat(lastOf(paid, tokens("ab"), new JobMessage.Meter(10, 2), chunk("ab")))
        .isInstanceOf(Attempt.Step.Said.class);
    long end = System.nanoTime() + 10_000_000_000L;
    while (paid.signed() < 12 && System.nanoTime() < end) {
      Thread.sleep(1);
    }
    assertThat(paid.signed()).isEqualTo(12);
  }

  @Test
  void tokensThatWereNotShownAreNotCounted() throws Exception {
    assertThat(lastOf(counting(), tokens("ab"), new JobMessage.Meter(0, 3)))
        .isInstanceOfSatisfying(
            Attempt.Step.Wrong.class,
            wrong -> assertThat(wrong.reason()).isEqualTo("it counts 3 tokens, and has shown 2"));
  }

  @Test
  void tokensOfAnotherTextAreHeldAgainstTheSeller() throws Exception {
    assertThat(lastOf(counting(), chunk("ac"), tokens("ab"), new JobMessage.Meter(0, 2)))
        .isInstanceOfSatisfying(
            Attempt.Step.Wrong.class,
            wrong -> assertThat(wrong.reason()).isEqualTo("not its text"));
  }

  @Test
  void moreTokensShownThanTheTextCanHoldAreAFoul() throws Exception {
    assertThat(after(text("four"), tokens("a".repeat(5 + PaidAttempt.AHEAD))))
        .isEqualTo(new Attempt.Step.Lost("it counts more tokens than there can be", true));
  }

  @Test
  void aReceiptThatCountsFewerThanWereCountedWhileItServedIsHeldAgainstTheSeller()
      throws Exception {
    assertThat(
            lastOf(
                counting(),
                chunk("abc"),
                tokens("abc"),
                new JobMessage.Meter(0, 3),
                new JobMessage.Finished(PaidAttempts.result(10, "ab"))))
        .isInstanceOfSatisfying(
            Attempt.Step.Wrong.class,
            wrong ->
                assertThat(wrong.reason())
                    .isEqualTo(
                        "while it served it counted 0 and 3 tokens of prompt and answer, its"
                            + " receipt counts 10 and 2"));
  }

  @Test
  void aReceiptOfAPromptOfAnyLengthIsRead() throws Exception {
    assertThat(
            lastOf(
                counting(),
                new JobMessage.Meter(10, 0),
                new JobMessage.Finished(PaidAttempts.result(Integer.MAX_VALUE, "a", 3))))
        .isInstanceOfSatisfying(
            Attempt.Step.Wrong.class,
            wrong -> assertThat(wrong.due()).isEqualTo("prompt 2147483647, answer 3"));
  }

  @Test
  void aReceiptOfOtherTokensThanWereShownIsHeldAgainstTheSeller() throws Exception {
    assertThat(
            lastOf(
                counting(),
                chunk("ab"),
                tokens("ab"),
                new JobMessage.Meter(10, 2),
                new JobMessage.Finished(PaidAttempts.result(10, "axy"))))
        .isInstanceOfSatisfying(
            Attempt.Step.Wrong.class,
            wrong ->
                assertThat(wrong.reason())
                    .isEqualTo(
                        "choice 0, output token 1: while it served it showed 98, its receipt has"
                            + " 120"));
  }

  @Test
  void aReceiptThatCountsMoreTokensThanBytesOfTextCanHoldIsNotPaidWithoutATokenizer()
      throws Exception {
    JobMessage most =
        new JobMessage.Finished(PaidAttempts.result(10, "x".repeat(4 + PaidAttempt.AHEAD)));
    assertThat(after(text("four"), most)).isInstanceOf(Attempt.Step.Said.class);
    JobMessage more =
        new JobMessage.Finished(PaidAttempts.result(10, "x".repeat(5 + PaidAttempt.AHEAD)));
    assertThat(after(text("four"), more))
        .isEqualTo(new Attempt.Step.Lost("it counts more tokens than there can be", true));
  }
}
