// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.market.channel.Payee;
import dev.freehold.market.channel.Stop;
import dev.freehold.market.offer.PaymentTerms;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.sales.SoldAnswer;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers one order, and gives out no more of it than is paid for and the window. */
final class SoldWork implements JobWork {
  /** How long a voucher may take to come. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** So many tokens are counted out loud at once. */
  private static final int STEP = 32;

  private final Payee payee;
  private final Coin coin;
  private final ChannelId channel;
  private final Object till;
  private final Function<Digest, Optional<PaymentTerms>> terms;
  private final JobWork work;
  private final InstantSource clock;
  private final Consumer<SoldAnswer> sold;
  private final Duration patience;

  /**
   * @param till its monitor is notified when a voucher of the channel has come
   * @param patience how long a voucher may take to come
   */
  SoldWork(
      Payee payee,
      Coin coin,
      ChannelId channel,
      Object till,
      Function<Digest, Optional<PaymentTerms>> terms,
      JobWork work,
      InstantSource clock,
      Consumer<SoldAnswer> sold,
      Duration patience) {
    this.payee = payee;
    this.coin = coin;
    this.channel = channel;
    this.till = till;
    this.terms = terms;
    this.work = work;
    this.clock = clock;
    this.sold = sold;
    this.patience = patience;
  }

  @Override
  public void run(JobOrder order, Sink sink) throws IOException, InterruptedException {
    Optional<PaymentTerms> offered = terms.apply(order.model());
    if (offered.isEmpty()) {
      sink.failed(
          new JobError(
              404,
              "this machine does not sell answers of the model " + order.model(),
              "invalid_request_error",
              "model",
              "model_not_sold",
              0));
      return;
    }
    work.run(order, new Metered(sink, offered.get()));
  }

  /** Nothing more is served for what is paid. */
  private static final class Unpaid extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Stop why;

    Unpaid(Stop why) {
      super(why.text());
      this.why = why;
    }
  }

  /** Counts before it passes on. */
  private final class Metered implements Sink {
    private final Sink to;
    private final PaymentTerms terms;
    private final Price price;
    private final long started = System.nanoTime();
    private final Map<Integer, List<Integer>> untold = new TreeMap<>();
    private TokenCounts told = TokenCounts.NONE;
    private TokenCounts latest = TokenCounts.NONE;
    private Amount served = Amount.ZERO;
    private @Nullable Unpaid unpaid;

    Metered(Sink to, PaymentTerms terms) {
      this.to = to;
      this.terms = terms;
      this.price = terms.price();
    }

    @Override
    public void computed(int choice, int token) {
      untold.computeIfAbsent(choice, _ -> new ArrayList<>()).add(token);
    }

    @Override
    public void counted(int input, int output) throws IOException, InterruptedException {
      TokenCounts counts = new TokenCounts(input, output);
      latest = counts;
      if (input > told.input() || output >= told.output() + STEP) {
        meter(counts);
      }
      serve(counts);
    }

    /** As many as the window pays for: what is computed and never paid for is no more than that. */
    @Override
    public int ahead() {
      return price.affordable(terms.window());
    }

    private void meter(TokenCounts counts) throws IOException {
      if (!counts.equals(told)) {
        told = counts;
        for (Map.Entry<Integer, List<Integer>> each : untold.entrySet()) {
          to.say(new JobMessage.Tokens(each.getKey(), each.getValue()));
        }
        untold.clear();
        to.say(new JobMessage.Meter(counts.input(), counts.output()));
      }
    }

    private void serve(TokenCounts counts) throws IOException, InterruptedException {
      Amount worth = price.cost(counts);
      Amount more = worth.less(served);
      if (more.equals(Amount.ZERO)) {
        return;
      }
      Optional<Stop> stop = payee.serve(channel, more, terms.window());
      if (stop.isPresent()) {
        meter(counts);
        stop = await(more);
      }
      if (stop.isPresent()) {
        unpaid = new Unpaid(stop.get());
        throw unpaid;
      }
      served = worth;
    }

    /** Waits for vouchers until it may be served, or too long. */
    private Optional<Stop> await(Amount more) throws InterruptedException {
      long deadline = System.nanoTime() + patience.toNanos();
      synchronized (till) {
        while (true) {
          Optional<Stop> stop = payee.serve(channel, more, terms.window());
          long left = (deadline - System.nanoTime()) / 1_000_000;
          if (stop.isEmpty() || stop.get() != Stop.UNPAID || left <= 0) {
            return stop;
          }
          till.wait(left);
        }
      }
    }

    @Override
    public void say(JobMessage message) throws IOException {
      to.say(message);
    }

    @Override
    public void finished(JobResult result) throws IOException {
      // The end may count tokens that gave no text.
      TokenCounts counts =
          new TokenCounts(
              latest.input(),
              Math.max(latest.output(), output(result.transcript().receipt().statement())));
      try {
        serve(counts);
      } catch (Unpaid e) {
        failed(unpaid(e.why));
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for a voucher", e);
      }
      to.finished(result);
      sold.accept(
          new SoldAnswer(
              new Timestamp(clock.instant()),
              result.transcript().receipt().statement().model().digest(),
              coin,
              Optional.of(channel),
              counts,
              price.cost(counts),
              Duration.ofNanos(System.nanoTime() - started),
              Optional.of(result.transcript().receipt().id())));
    }

    @Override
    public void failed(JobError error) throws IOException {
      Unpaid why = unpaid;
      to.failed(why == null ? error : unpaid(why.why));
    }

    @Override
    public void onGone(Runnable action) {
      to.onGone(action);
    }
  }

  private static JobError unpaid(Stop why) {
    return new JobError(
        402, why.text() + ": no voucher came for it", "invalid_request_error", null, "unpaid", 0);
  }

  private static int output(Statement statement) {
    return statement.choices().stream().mapToInt(Statement.Choice::output).sum();
  }
}
