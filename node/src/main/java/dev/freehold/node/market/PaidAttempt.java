// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.fleet.job.Attempt;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobRefusal;
import dev.freehold.market.channel.Purchase;
import dev.freehold.market.offer.PaymentTerms;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.node.receipts.ReceiptStoreException;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A seller's work on an order, paid for as it comes: once half of the window is unpaid, and the
 * rest at the end, when the answer has been checked. {@link #next} is one thread's.
 */
final class PaidAttempt implements Attempt {
  /** Tokens that a seller may be ahead of the text: held back, or without any. */
  static final int AHEAD = 64;

  /** Tokens that a template may add to a prompt. */
  static final int TEMPLATE = 256;

  /** Begins the job with the seller. */
  interface Beginning {
    /**
     * Makes sure that the seller serves from our channel, and seals the job to it.
     *
     * @throws IOException if it can't be reached or does not serve
     */
    Attempt begin() throws IOException, InterruptedException;

    /**
     * Tells a seller of our channel that has forgotten it, as one does that was started anew.
     *
     * @throws IOException if it can't be reached or does not serve
     */
    void renew() throws IOException, InterruptedException;
  }

  /** What a seller says to whoever opened no account there. */
  private static final String FORGOTTEN = JobRefusal.SENDER_UNKNOWN.name();

  private final Beginning beginning;
  private final Purchase purchase;
  private final SellerAccount account;
  private final PaymentTerms terms;
  private final Statement.Model model;
  private final int requestBytes;
  private int textBytes;
  private TokenCounts metered = TokenCounts.NONE;

  /** Held while a voucher is signed and handed over. */
  private final ReentrantLock paying = new ReentrantLock();

  private volatile Optional<String> problem = Optional.empty();
  private volatile @Nullable Attempt attempt;
  private volatile boolean closed;
  private boolean said;
  private boolean again;
  private final AtomicBoolean over = new AtomicBoolean();

  /**
   * @param model that is asked for
   * @param requestBytes of the request's body: its prompt has no more tokens
   */
  PaidAttempt(
      Beginning beginning,
      Purchase purchase,
      SellerAccount account,
      PaymentTerms terms,
      Statement.Model model,
      int requestBytes) {
    this.beginning = beginning;
    this.purchase = purchase;
    this.account = account;
    this.terms = terms;
    this.model = model;
    this.requestBytes = requestBytes;
    account.begins();
  }

  @Override
  public Step next(Duration atMost) throws InterruptedException {
    if (problem.isPresent()) {
      return new Step.Lost(problem.get(), false);
    }
    Attempt now = attempt;
    if (now == null) {
      try {
        now = begun();
      } catch (IOException e) {
        return new Step.Lost("it can't be bought from: " + e.getMessage(), false);
      }
    }
    Step step = now.next(atMost);
    return switch (step) {
      case Step.Said(JobMessage message) -> {
        said |= !(message instanceof JobMessage.Alive);
        yield said(step, message);
      }
      case Step.Lost(String why, boolean _) when !said && !again && why.contains(FORGOTTEN) -> {
        again = true;
        now.close();
        attempt = null;
        try {
          beginning.renew();
        } catch (IOException e) {
          yield new Step.Lost("it can't be bought from: " + e.getMessage(), false);
        }
        yield next(atMost);
      }
      case Step.Lost _, Step.Silent _ -> step;
    };
  }

  private Attempt begun() throws IOException, InterruptedException {
    Attempt fresh = beginning.begin();
    attempt = fresh;
    if (closed) {
      fresh.close();
    }
    return fresh;
  }

  private Step said(Step step, JobMessage message) {
    switch (message) {
      case JobMessage.Chunk(Json.Obj choice) ->
          textBytes +=
              text(choice.get("delta").orElse(Json.Null.VALUE))
                  + text(choice.get("text").orElse(Json.Null.VALUE));
      case JobMessage.Meter(int input, int output) -> {
        TokenCounts counts = new TokenCounts(input, output);
        if (input > requestBytes + TEMPLATE || output > textBytes + AHEAD) {
          return new Step.Lost("it counts more tokens than there can be", true);
        }
        metered = counts;
        // With the arrears: a seller whose window they use up serves nothing until they are paid.
        Amount due = purchase.due(counts);
        Amount unpaid = due.less(purchase.paid().atMost(due));
        if (unpaid.plus(unpaid).compareTo(terms.window()) >= 0) {
          Thread.ofVirtual().name("pay").start(() -> pay(counts, _ -> {}));
        }
      }
      // The seller's own reasons say nothing of the request.
      case JobMessage.Failed(JobError error) when error.status() == 402 -> {
        return new Step.Lost("it went on no further: " + error.message(), false);
      }
      default -> {}
    }
    return step;
  }

  /** The bytes of all texts of a chunk. */
  private static int text(Json value) {
    return switch (value) {
      case Json.Str text -> text.value().getBytes(StandardCharsets.UTF_8).length;
      case Json.Arr array -> array.items().stream().mapToInt(PaidAttempt::text).sum();
      case Json.Obj object -> object.members().values().stream().mapToInt(PaidAttempt::text).sum();
      default -> 0;
    };
  }

  private void pay(TokenCounts counts, Recording recording) {
    try {
      paid(counts, recording);
    } catch (IOException | ReceiptStoreException e) {
      // The seller waits for the voucher or goes on; the next one covers this one too.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Signs for these counts and hands the voucher over, once it is recorded. */
  private void paid(TokenCounts counts, Recording recording)
      throws IOException, InterruptedException {
    paying.lock();
    try {
      switch (signed(counts, recording)) {
        case Purchase.Payment.Signed(var voucher) -> {
          recording.of(Optional.of(voucher));
          account
              .pay(voucher)
              .ifPresent(reason -> problem = Optional.of("it takes no voucher: " + reason));
        }
        case Purchase.Payment.Refused(var refusal) -> {
          recording.of(Optional.empty());
          problem = Optional.of(refusal.text());
        }
      }
    } finally {
      paying.unlock();
    }
  }

  private Purchase.Payment signed(TokenCounts counts, Recording recording) throws IOException {
    try {
      return purchase.pay(counts, counts);
    } catch (IOException e) {
      recording.of(Optional.empty());
      throw e;
    }
  }

  /** Told of the last voucher of an answer before it is handed over; once. */
  interface Recording {
    /**
     * Keeps it.
     *
     * @param voucher empty where none could be signed
     */
    void of(Optional<SignedVoucher> voucher);
  }

  /**
   * The answer was checked: pays all of it.
   *
   * @throws IOException if the voucher could not be handed over: it is signed, and owed
   */
  void settle(TokenCounts counts, Recording recording) throws IOException, InterruptedException {
    paid(counts, recording);
    if (problem.isPresent()) {
      throw new IOException(problem.get());
    }
  }

  /** The client is gone: pays what was counted and came. */
  void leave(Recording recording) {
    TokenCounts counts = metered;
    if (counts.output() > 0) {
      Thread.ofVirtual()
          .name("pay")
          .start(
              () -> {
                pay(counts, recording);
                over(false);
              });
    } else {
      over(false);
    }
  }

  /** What the seller said last that it counted. */
  TokenCounts metered() {
    return metered;
  }

  Statement.Model model() {
    return model;
  }

  ChannelId channel() {
    return account.channel().id();
  }

  Purchase purchase() {
    return purchase;
  }

  /** It is over, and nothing more is signed for it. */
  void over(boolean whole) {
    if (!over.getAndSet(true)) {
      purchase.close();
      account.ends(whole);
    }
  }

  @Override
  public void close() {
    closed = true;
    Attempt now = attempt;
    if (now != null) {
      now.close();
    }
  }
}
