// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.record.Amount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Buyer and seller are cut off from each other, and what that costs whom. */
@NullMarked
@Timeout(180)
class TradeFaultsTest {
  @TempDir private Path folder = Path.of("");

  /** What happens to the seller's work: told of each count, and after an answer went out. */
  private interface Watcher {
    void counted(int output) throws InterruptedException;

    void finished();
  }

  private static JobWork watched(JobWork work, Watcher watcher) {
    return (order, sink) ->
        work.run(
            order,
            new JobWork.Sink() {
              @Override
              public void say(JobMessage message) throws IOException {
                sink.say(message);
              }

              @Override
              public void computed(int choice, int token) {
                sink.computed(choice, token);
              }

              @Override
              public void counted(int input, int output) throws IOException, InterruptedException {
                watcher.counted(output);
                sink.counted(input, output);
              }

              @Override
              public void finished(JobResult result) throws IOException {
                sink.finished(result);
                watcher.finished();
              }

              @Override
              public int ahead() {
                return sink.ahead();
              }

              @Override
              public void onGone(Runnable action) {
                sink.onGone(action);
              }
            });
  }

  /** Ten tokens. */
  private static void bought(Traders traders) throws IOException {
    Http.Answer answer = traders.buy(10);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  private static boolean boughtNow(Traders traders) {
    try {
      return traders.buy(10).status() == 200;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static CompletableFuture<Http.Answer> buying(Traders traders, int tokens) {
    CompletableFuture<Http.Answer> answer = new CompletableFuture<>();
    // Not in the common pool: the JDK's HTTP client, with which nodes call relays, works there.
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                answer.complete(traders.buy(tokens));
              } catch (IOException | RuntimeException e) {
                answer.completeExceptionally(e);
              }
            });
    return answer;
  }

  @Test
  @Tag("soak")
  void aPartitionThatHealsCostsNeitherTheAnswerNorACoin() throws Exception {
    AtomicReference<CountDownLatch> midst = new AtomicReference<>(new CountDownLatch(1));
    Watcher slow =
        new Watcher() {
          @Override
          public void counted(int output) throws InterruptedException {
            Thread.sleep(3);
            if (output == 150) {
              Objects.requireNonNull(midst.get()).countDown();
            }
          }

          @Override
          public void finished() {}
        };
    try (Traders traders = Traders.start(folder, Traders.WINDOW, work -> watched(work, slow))) {
      Http.Answer due = traders.buy(400);
      Traders.await("both say the same", () -> traders.signed().equals(traders.taken()));
      Amount price = traders.signed();
      for (int millis : List.of(500, 1_500, -1_500, 5_000)) {
        Amount before = traders.signed();
        long computed = traders.computed();
        midst.set(new CountDownLatch(1));
        CompletableFuture<Http.Answer> answer = buying(traders, 400);
        Objects.requireNonNull(midst.get()).await();
        if (millis < 0) {
          traders.line().cut();
        } else {
          traders.line().cutFirst();
        }
        Thread.sleep(Math.abs(millis));
        traders.line().mend();
        assertThat(answer.get().status()).as(answer.get().body()).isEqualTo(200);
        assertThat(answer.get().json().get("choices")).isEqualTo(due.json().get("choices"));
        Traders.await("both say the same", () -> traders.signed().equals(traders.taken()));
        assertThat(traders.signed().less(before)).as("%d ms", millis).isEqualTo(price);
        assertThat(traders.computed() - computed).as("one answer, made once").isEqualTo(400);
      }
      traders.closeSeller();
      assertThat(traders.payee().orElseThrow().served()).isEqualTo(traders.taken());
    }
  }

  @Test
  void aPartitionThatLastsCostsNoMoreThanAWindowAndBothBooksAgreeAfterIt() throws Exception {
    CountDownLatch midst = new CountDownLatch(1);
    Watcher slow =
        new Watcher() {
          @Override
          public void counted(int output) throws InterruptedException {
            Thread.sleep(4);
            if (output == 120) {
              midst.countDown();
            }
          }

          @Override
          public void finished() {}
        };
    try (Traders traders = Traders.start(folder, Traders.WINDOW, work -> watched(work, slow))) {
      bought(traders);
      Traders.await("both say the same", () -> traders.signed().equals(traders.taken()));
      Amount before = traders.signed();
      long computed = traders.computed();
      CompletableFuture<Http.Answer> answer = buying(traders, 2_000);
      midst.await();
      traders.line().cut();
      assertThat(answer.get().status()).isEqualTo(503);
      Amount signed = traders.signed().less(before);
      assertThat(signed.units().intValueExact()).as("as far as it came").isBetween(50, 250);
      traders.line().mend();
      assertThat(traders.computed() - computed)
          .as("computed for nothing: what the window lets out, and as much ahead of it")
          .isBetween(120L, signed.units().longValueExact() + 2 * Traders.WINDOW + 2);
      Traders.await(
          "what was signed reaches the seller", () -> traders.signed().equals(traders.taken()));
      Traders.await("they go on", () -> boughtNow(traders));
      Traders.await("the books agree", () -> traders.signed().equals(traders.taken()));
      traders.closeSeller();
      Amount served = traders.payee().orElseThrow().served();
      Amount paid = traders.taken();
      assertThat(served.less(served.atMost(paid)).compareTo(Amount.of(Traders.WINDOW)))
          .as("the seller's loss: it served " + served + " and was paid " + paid)
          .isNotPositive();
      assertThat(paid.less(paid.atMost(served)).compareTo(Amount.of(Traders.WINDOW)))
          .as("the buyer's loss: the seller served " + served + " and was paid " + paid)
          .isNotPositive();
    }
  }

  @Test
  void aVoucherThatTheSellerWasNotThereToTakeReachesItAfterARestartAndIsNotPaidTwice()
      throws Exception {
    AtomicReference<Optional<CutLine>> stalling = new AtomicReference<>(Optional.empty());
    Watcher stalls =
        new Watcher() {
          @Override
          public void counted(int output) {
            // The answer goes out, and no voucher comes in.
            Objects.requireNonNull(stalling.get()).ifPresent(CutLine::stall);
          }

          @Override
          public void finished() {}
        };
    try (Traders traders = Traders.start(folder, 10_000, work -> watched(work, stalls))) {
      bought(traders);
      Traders.await("both say the same", () -> traders.signed().equals(traders.taken()));
      Amount first = traders.taken();
      stalling.set(Optional.of(traders.line()));
      Thread client =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      var _ = traders.buy(20);
                    } catch (IOException e) {
                      // The node ends before it has its answer.
                    }
                  });
      Traders.await("it is signed for", () -> traders.signed().compareTo(first) > 0);
      stalling.set(Optional.empty());
      traders.line().cut();
      traders.restartBuyer();
      client.join();
      assertThat(traders.taken()).as("nobody handed it over").isEqualTo(first);
      traders.line().mend();
      Traders.await(
          "it is handed over without another purchase",
          () -> traders.signed().equals(traders.taken()));
      Amount owed = traders.taken();
      bought(traders);
      bought(traders);
      Traders.await("both say the same", () -> traders.signed().equals(traders.taken()));
      assertThat(traders.taken().less(owed))
          .as("two answers of ten tokens, and nothing a second time")
          .isEqualTo(Amount.of(2 * first.units().longValueExact()));
    }
  }
}
