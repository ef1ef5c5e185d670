// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.engine.chat.ChatRequest;
import dev.freehold.engine.chat.CompletionRequest;
import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Request;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.fleet.check.AnswerCheck;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.fleet.job.Attempt;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobRefusal;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.market.channel.Purchase;
import dev.freehold.market.offer.PaymentTerms;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.node.receipts.ReceiptStoreException;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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

  private static final String TOO_MANY = "it counts more tokens than there can be";

  /** What a seller says to whoever opened no account there. */
  private static final String FORGOTTEN = JobRefusal.SENDER_UNKNOWN.name();

  private final Beginning beginning;
  private final Purchase purchase;
  private final SellerAccount account;
  private final PaymentTerms terms;
  private final Statement.Model model;
  private final Limits limits;
  private final AnswerCheck check;
  private final TokenCheck tokens;
  private final Shown shown;
  private TokenCounts metered = TokenCounts.NONE;

  /** Held while a voucher is signed and handed over. */
  private final ReentrantLock paying = new ReentrantLock();

  private volatile Optional<String> problem = Optional.empty();
  private volatile @Nullable Step wrong;
  private volatile @Nullable Attempt attempt;
  private volatile boolean closed;
  private boolean said;
  private boolean again;
  private final AtomicBoolean over = new AtomicBoolean();

  /**
   * What can be said of counts without a tokenizer.
   *
   * @param requestBytes of the request's body: its prompt has no more tokens
   * @param ahead tokens that a seller may be ahead of the text
   */
  record Limits(int requestBytes, int ahead) {
    /** Those of a request. A stop string that has begun holds back as much text as it is long. */
    static Limits of(Request request, int requestBytes) {
      List<String> stops =
          switch (request) {
            case ChatRequest chat -> chat.decoding().stop();
            case CompletionRequest completion -> completion.decoding().stop();
            case EmbeddingRequest _ -> List.of();
          };
      return new Limits(
          requestBytes, AHEAD + stops.stream().mapToInt(PaidAttempt::bytes).max().orElse(0));
    }
  }

  /**
   * How the buyer counts itself.
   *
   * @param limits without a tokenizer
   * @param check what answers to the order have to be
   * @param tokens counts them by the model's tokenizer
   */
  record Counts(Limits limits, AnswerCheck check, TokenCheck tokens) {}

  /**
   * @param model that is asked for
   * @param counts for this order
   */
  PaidAttempt(
      Beginning beginning,
      Purchase purchase,
      SellerAccount account,
      PaymentTerms terms,
      Statement.Model model,
      Counts counts) {
    this.beginning = beginning;
    this.purchase = purchase;
    this.account = account;
    this.terms = terms;
    this.model = model;
    this.limits = counts.limits();
    this.check = counts.check();
    this.tokens = counts.tokens();
    this.shown = new Shown(tokens);
    account.begins();
  }

  @Override
  public Step next(Duration atMost) throws InterruptedException {
    Step known = wrong;
    if (known != null) {
      return known;
    }
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
    // What it says after it was found out makes no difference.
    known = wrong;
    if (known != null) {
      return known;
    }
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
      case Step.Lost _, Step.Silent _, Step.Wrong _ -> step;
    };
  }

  @Override
  public boolean linked() {
    Attempt now = attempt;
    return now == null || now.linked();
  }

  @Override
  public void doubt() {
    Attempt now = attempt;
    if (now != null) {
      now.doubt();
    }
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
      case JobMessage.Chunk(Json.Obj choice) -> shown.came(choice);
      case JobMessage.Tokens fresh -> {
        shown.showed(fresh);
        if (shown.total() > shown.bytes() + limits.ahead()) {
          return new Step.Lost(TOO_MANY, true);
        }
      }
      case JobMessage.Meter(int input, int output) -> {
        TokenCounts counts = new TokenCounts(input, output);
        if (input > limits.requestBytes() + TEMPLATE || output > shown.bytes() + limits.ahead()) {
          return new Step.Lost(TOO_MANY, true);
        }
        Optional<String> differs = shown.wrong(output);
        if (differs.isPresent()) {
          return unfit(differs.get(), counts);
        }
        metered = counts;
        // With the arrears: a seller whose window they use up serves nothing until they are paid.
        Amount due = purchase.due(counts);
        Amount unpaid = due.less(purchase.paid().atMost(due));
        if (unpaid.plus(unpaid).compareTo(terms.window()) >= 0) {
          Optional<Shown> late = shown.followed() ? Optional.empty() : Optional.of(shown.copy());
          Thread.ofVirtual().name("pay").start(() -> pay(counts, late, _ -> {}));
        }
      }
      case JobMessage.Finished(JobResult result) -> {
        return finished(step, result);
      }
      // The seller's own reasons say nothing of the request.
      case JobMessage.Failed(JobError error) when error.status() == 402 -> {
        return new Step.Lost("it went on no further: " + error.message(), false);
      }
      default -> {}
    }
    return step;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** What was counted out loud and paid has to be what is signed. */
  private Step finished(Step step, JobResult result) {
    Statement statement = result.transcript().receipt().statement();
    TokenCounts signed = new TokenCounts(check.promptTokens(statement), output(statement));
    if (metered.output() > signed.output()
        || (metered.input() > 0 && metered.input() != signed.input())) {
      return wrong(
          "while it served it counted %d and %d tokens of prompt and answer, its receipt counts %d and %d"
              .formatted(metered.input(), metered.output(), signed.input(), signed.output()),
          metered,
          signed);
    }
    Optional<String> differs = shown.differs(result.transcript());
    if (differs.isPresent()) {
      return wrong(differs.get(), metered, signed);
    }
    result.last().forEach(shown::came);
    // Where there is a tokenizer, the answer's tokens are counted one by one.
    boolean bytesOnly = tokens.follow().isEmpty();
    return bytesOnly && signed.output() > shown.bytes() + limits.ahead()
        ? new Step.Lost(TOO_MANY, true)
        : step;
  }

  private static int output(Statement statement) {
    return (int)
        Math.min(
            Integer.MAX_VALUE,
            statement.choices().stream().mapToLong(Statement.Choice::output).sum());
  }

  private static Step wrong(String reason, TokenCounts got, TokenCounts due) {
    return new Step.Wrong(reason, counts(got), counts(due));
  }

  private static Step unfit(String reason, TokenCounts counts) {
    return new Step.Wrong(reason, counts(counts), "no such tokens");
  }

  private static String counts(TokenCounts counts) {
    return "prompt %d, answer %d".formatted(counts.input(), counts.output());
  }

  /**
   * Pays for what was counted, if it is what the tokenizer says.
   *
   * @param late what was shown of it, where it could not be followed yet
   */
  private void pay(TokenCounts counts, Optional<Shown> late, Recording recording) {
    try {
      OptionalInt prompt = tokens.promptTokens();
      if (counts.input() > 0 && prompt.isPresent() && counts.input() != prompt.getAsInt()) {
        recording.of(Optional.empty());
        accuse(
            wrong(
                "it counts %d tokens of the prompt, the request makes %d"
                    .formatted(counts.input(), prompt.getAsInt()),
                counts,
                new TokenCounts(prompt.getAsInt(), counts.output())));
        return;
      }
      Optional<String> differs = late.flatMap(shown -> shown.wrong(counts.output()));
      if (differs.isPresent()) {
        recording.of(Optional.empty());
        accuse(unfit(differs.get(), counts));
        return;
      }
      paid(counts, recording);
    } catch (IOException | ReceiptStoreException e) {
      // The seller waits for the voucher or goes on; the next one covers this one too.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void accuse(Step step) {
    wrong = step;
    Attempt now = attempt;
    if (now != null) {
      now.close();
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
                pay(counts, Optional.empty(), recording);
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
