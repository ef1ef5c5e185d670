// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.market.channel.ChannelStorage;
import dev.freehold.market.channel.Payee;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.offer.PaymentTerms;
import dev.freehold.market.offer.Price;
import dev.freehold.market.sales.SoldAnswer;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No more of an answer is given out than is paid for and the window. A token costs one unit. */
class SoldWorkTest {
  private static final Digest MODEL = Digest.sha256("model");
  private static final PaymentKey BUYER = key(1);
  private static final PaymentKey SELLER = key(2);
  private static final Coin COIN =
      new Coin(ChainId.DEVELOPMENT, key(3).address(), key(4).address());
  private static final Channel CHANNEL =
      new Channel(
          new ChannelConfig(
              BUYER.address(),
              BUYER.address(),
              SELLER.address(),
              SELLER.address(),
              COIN.token(),
              Duration.ofHours(1),
              Keccak256.hash("one")),
          COIN.chain(),
          COIN.contract());
  private static final Amount WINDOW = Amount.of(100);
  private static final PaymentTerms TERMS =
      new PaymentTerms(
          COIN, new Price(Amount.of(1_000_000), Amount.of(1_000_000)), WINDOW, Duration.ofHours(1));
  private static final JobOrder ORDER =
      new JobOrder(Kind.CHAT, MODEL, new Nonce("00".repeat(16)), 1, "{}");

  private final Object till = new Object();
  private final List<JobMessage> said = new ArrayList<>();
  private final List<SoldAnswer> sold = new ArrayList<>();
  private Duration patience = Duration.ofSeconds(20);
  private Payee payee = payee();

  private static PaymentKey key(int number) {
    return PaymentKey.ofSecret(ByteBuffer.allocate(32).putInt(28, number).array());
  }

  private static Payee payee() {
    Address account = SELLER.address();
    try {
      return new Payee(
          new Payee.Rules(COIN, account, account, WINDOW, Duration.ofHours(1), 4), new Nowhere());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Nowhere implements ChannelStorage<PayeeChannel> {
    @Override
    public List<PayeeChannel> all() {
      return List.of();
    }

    @Override
    public void write(PayeeChannel end) {
      // Nothing is read again here.
    }
  }

  @BeforeEach
  void aBuyerHasDeposited() throws IOException {
    payee = payee();
    holding(Optional.empty());
  }

  private void holding(Optional<ChannelState.Withdrawal> withdrawal) throws IOException {
    ChannelState state = new ChannelState(Amount.of(10_000), Amount.ZERO, withdrawal);
    assertThat(payee.open(CHANNEL, state)).isEmpty();
  }

  /** Gives so many tokens for a prompt of so many, one by one. */
  private static JobWork tokens(int prompt, int count) {
    return (_, sink) -> {
      sink.accepted();
      try {
        for (int i = 1; i <= count; i++) {
          sink.counted(prompt, i);
          sink.chunk(Json.object().put("text", "a").build());
        }
      } catch (IOException e) {
        sink.failed(new JobError(503, "it was cut off", "server_error", null, "cut", 0));
      }
    };
  }

  private final class Said implements JobWork.Sink {
    @Override
    public void say(JobMessage message) {
      synchronized (said) {
        said.add(message);
        said.notifyAll();
      }
    }

    @Override
    public void onGone(Runnable action) {
      // Nobody goes here.
    }
  }

  private void run(JobWork work) throws IOException, InterruptedException {
    new SoldWork(
            payee,
            COIN,
            CHANNEL.id(),
            till,
            model -> model.equals(MODEL) ? Optional.of(TERMS) : Optional.empty(),
            work,
            InstantSource.system(),
            sold::add,
            patience)
        .run(ORDER, new Said());
  }

  private void pay(long amount) throws IOException {
    Voucher voucher = new Voucher(CHANNEL.id(), Amount.of(amount));
    assertThat(
            payee.accept(
                new SignedVoucher(
                    COIN.chain(),
                    COIN.contract(),
                    voucher,
                    BUYER.sign(CHANNEL.domain().digest(voucher)))))
        .isEmpty();
    synchronized (till) {
      till.notifyAll();
    }
  }

  private long chunks() {
    return said.stream().filter(JobMessage.Chunk.class::isInstance).count();
  }

  private Amount served() {
    return payee.channels().getFirst().served();
  }

  @Test
  void whatCostsLessThanTheWindowIsServedAheadOfPayment() throws Exception {
    run(tokens(20, 80));
    assertThat(chunks()).isEqualTo(80);
    assertThat(served()).isEqualTo(WINDOW);
    assertThat(said).contains(new JobMessage.Meter(20, 1), new JobMessage.Meter(20, 33));
  }

  @Test
  void noMoreIsComputedAheadThanTheWindowPaysFor() throws Exception {
    List<Integer> ahead = new ArrayList<>();
    run((_, sink) -> ahead.add(sink.ahead()));
    assertThat(ahead).containsExactly(100);
  }

  @Test
  void withoutAVoucherItStopsAtTheWindowAndSaysWhy() throws Exception {
    patience = Duration.ofMillis(50);
    run(tokens(20, 200));
    assertThat(chunks()).isEqualTo(80);
    assertThat(served()).isEqualTo(WINDOW);
    assertThat(said.getLast())
        .isInstanceOfSatisfying(
            JobMessage.Failed.class,
            failed -> {
              assertThat(failed.error().status()).isEqualTo(402);
              assertThat(failed.error().message()).contains("window");
            });
    assertThat(said).as("told before it waits").contains(new JobMessage.Meter(20, 81));
  }

  @Test
  void aVoucherThatComesInTimeLetsItGoOn() throws Exception {
    Thread buyer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    synchronized (said) {
                      while (!said.contains(new JobMessage.Meter(20, 81))) {
                        said.wait();
                      }
                    }
                    pay(120);
                  } catch (InterruptedException | IOException e) {
                    throw new AssertionError(e);
                  }
                });
    run(tokens(20, 200));
    buyer.join();
    assertThat(chunks()).isEqualTo(200);
    assertThat(served()).isEqualTo(Amount.of(220));
  }

  @Test
  void aPromptDearerThanTheWindowIsPaidBeforeItsAnswerIsGiven() throws Exception {
    Thread buyer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    synchronized (said) {
                      while (!said.contains(new JobMessage.Meter(500, 1))) {
                        said.wait();
                      }
                      assertThat(chunks()).isZero();
                    }
                    pay(500);
                  } catch (InterruptedException | IOException e) {
                    throw new AssertionError(e);
                  }
                });
    run(tokens(500, 3));
    buyer.join();
    assertThat(chunks()).isEqualTo(3);
  }

  @Test
  void nothingMoreIsServedOnceTheBuyerWithdraws() throws Exception {
    holding(
        Optional.of(
            new ChannelState.Withdrawal(
                Amount.of(10_000), Timestamp.parse("2026-11-30T10:00:00.000Z"))));
    run(tokens(1, 5));
    assertThat(chunks()).isZero();
    assertThat(said.getLast())
        .isInstanceOfSatisfying(
            JobMessage.Failed.class,
            failed -> assertThat(failed.error().message()).contains("withdrawn"));
  }

  @Test
  void aModelThatIsNotForSaleIsRefused() throws Exception {
    new SoldWork(
            payee,
            COIN,
            CHANNEL.id(),
            till,
            _ -> Optional.empty(),
            tokens(1, 1),
            InstantSource.system(),
            sold::add,
            patience)
        .run(ORDER, new Said());
    assertThat(said)
        .singleElement()
        .isInstanceOfSatisfying(
            JobMessage.Failed.class,
            failed -> assertThat(failed.error().code()).contains("model_not_sold"));
    assertThat(served()).isEqualTo(Amount.ZERO);
  }
}
