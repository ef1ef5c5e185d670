// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.engine.chat.Request;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Salts;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.fleet.check.AnswerCheck;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.fleet.job.Attempt;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.market.channel.ChannelStorage;
import dev.freehold.market.channel.Payer;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.channel.Purchase;
import dev.freehold.market.channel.Wanted;
import dev.freehold.market.offer.PaymentTerms;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.spending.Budget;
import dev.freehold.market.spending.SpendingLimits;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Salt;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** An attempt that is paid from a channel full of coins; its window is so wide that none is. */
record PaidAttempts(PaidAttempt attempt, Payer payer) {
  private static final Coin COIN =
      new Coin(ChainId.DEVELOPMENT, key(3).address(), key(4).address());

  private static final Statement.Model MODEL = new Statement.Model(Digest.sha256("tiny"), "tiny");

  static final JobOrder ORDER =
      new JobOrder(
          Kind.COMPLETION,
          MODEL.digest(),
          new Nonce("00112233445566778899aabbccddeeff"),
          42,
          "{\"model\":\"tiny\",\"prompt\":\"ab\",\"max_tokens\":500}");

  static PaidAttempts of(Supplier<Attempt> begun, int requestBytes) throws IOException {
    return of(begun, requestBytes, TokenCheck.none(), Amount.of(1_000_000));
  }

  /** One whose window is that wide, and whose tokens are counted. */
  static PaidAttempts of(
      Supplier<Attempt> begun, int requestBytes, TokenCheck tokens, Amount window)
      throws IOException {
    PaymentKey buyer = key(1);
    Channel channel =
        new Channel(
            new ChannelConfig(
                buyer.address(),
                buyer.address(),
                key(2).address(),
                key(2).address(),
                COIN.token(),
                Duration.ofHours(1),
                Keccak256.hash("one")),
            COIN.chain(),
            COIN.contract());
    Amount much = Amount.of(1_000_000);
    Payer payer =
        new Payer(
            buyer,
            new Nowhere(),
            _ -> Optional.of(new SpendingLimits(much, much, much)),
            Budget.UNSET,
            InstantSource.system());
    payer.observe(channel, new ChannelState(much, Amount.ZERO, Optional.empty()));
    PaymentTerms terms =
        new PaymentTerms(
            COIN,
            new Price(Amount.of(1_000_000), Amount.of(1_000_000)),
            window,
            Duration.ofHours(1));
    Payer.Reserving reserving =
        payer.reserve(
            channel.id(),
            new Wanted(
                SigningKey.ofSeed(new byte[32]).nodeId(),
                Digest.sha256("model"),
                Optional.empty(),
                terms.price(),
                new TokenCounts(1_000, 1_000),
                Amount.ZERO));
    Purchase purchase = ((Payer.Reserving.Reserved) reserving).purchase();
    SellerAccount account =
        new SellerAccount(
            () -> {
              throw new IOException("nobody is there");
            },
            channel,
            KeyBinding.sign(
                SigningKey.ofSeed(new byte[32]),
                buyer,
                Timestamp.parse("2026-11-29T10:00:00.000Z")),
            () -> Amount.ZERO);
    return new PaidAttempts(
        new PaidAttempt(
            beginning(begun),
            purchase,
            account,
            terms,
            MODEL,
            new PaidAttempt.Counts(
                new PaidAttempt.Limits(requestBytes, PaidAttempt.AHEAD),
                new AnswerCheck(
                    ORDER, Request.parse(ORDER.kind().path(), Json.parse(ORDER.body()))),
                tokens)),
        payer);
  }

  private static PaidAttempt.Beginning beginning(Supplier<Attempt> begun) {
    return new PaidAttempt.Beginning() {
      @Override
      public Attempt begin() {
        return begun.get();
      }

      @Override
      public void renew() {
        // It is told.
      }
    };
  }

  /** An answer to {@link #ORDER} whose tokens are these letters. */
  static JobResult result(int prompt, String letters) {
    return result(prompt, letters, 1);
  }

  /** One of so many choices, all the same. */
  static JobResult result(int prompt, String letters, int choices) {
    int[] tokens = letters.chars().toArray();
    Salts salts = new Salts(new Salt("00".repeat(16)), new Salt("00".repeat(16)));
    Timestamp now = Timestamp.parse("2026-11-29T10:00:00.000Z");
    Statement statement =
        new Statement(
            ORDER.kind(),
            SigningKey.ofSeed(new byte[32]).nodeId(),
            MODEL,
            Digest.sha256("tokenizer"),
            null,
            1,
            Json.object().build(),
            salts.ofRequest(ORDER.body()),
            salts.ofResponse(Json.array()),
            Collections.nCopies(
                choices,
                new Statement.Choice(
                    prompt,
                    tokens.length,
                    salts.ofTokens(tokens),
                    salts.ofTrace(Digest.sha256("trace")),
                    Finish.LENGTH)),
            now,
            now,
            ORDER.nonce());
    return new JobResult(
        new Transcript(
            Receipt.sign(statement, SigningKey.ofSeed(new byte[32])),
            ORDER.body(),
            Json.array(),
            Collections.nCopies(choices, tokens),
            salts),
        List.of(),
        List.of(),
        0);
  }

  /** How much was signed away. */
  long signed() {
    return payer.channels().getFirst().signed().units().longValueExact();
  }

  private static PaymentKey key(int number) {
    return PaymentKey.ofSecret(ByteBuffer.allocate(32).putInt(28, number).array());
  }

  private static final class Nowhere implements ChannelStorage<PayerChannel> {
    @Override
    public List<PayerChannel> all() {
      return List.of();
    }

    @Override
    public void write(PayerChannel end) {
      // Nothing is read again here.
    }
  }
}
