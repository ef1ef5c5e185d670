// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.TransferAuthorization;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One value of each kind. */
final class Samples {
  private static final PaymentKey BUYER =
      PaymentKey.ofSecret(ByteBuffer.allocate(32).putInt(28, 7).array());
  private static final Address SELLER =
      Address.of(
          new byte[] {
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, (byte) 0xfa
          });
  private static final Address TOKEN =
      Address.of(
          new byte[] {
            (byte) 0xab, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, (byte) 0xcd
          });
  private static final Domain DOMAIN = new Domain("Test Dollar", "1", new ChainId(31_337), TOKEN);
  private static final TransferAuthorization TRANSFER =
      new TransferAuthorization(
          TransferAuthorization.Kind.TRANSFER,
          BUYER.address(),
          SELLER,
          Amount.of(120),
          BigInteger.ZERO,
          BigInteger.valueOf(1_900_000_000),
          Keccak256.hash("nonce"));
  private static final ChannelConfig CONFIG =
      new ChannelConfig(
          BUYER.address(),
          BUYER.address(),
          SELLER,
          SELLER,
          TOKEN,
          Duration.ofMinutes(15),
          Keccak256.hash("salt"));
  private static final Domain CHANNELS = Domain.ofPaymentChannels(new ChainId(31_337), SELLER);
  private static final Voucher VOUCHER = new Voucher(CONFIG.id(CHANNELS), Amount.of(500));

  static final PaymentRequirements REQUIREMENTS =
      new PaymentRequirements(
          "exact",
          new Network("eip155:31337"),
          Amount.of(120),
          TOKEN.toString(),
          SELLER.toString(),
          300,
          Json.object().put("name", "Test Dollar").put("version", "1").build());
  static final PaymentRequired REQUIRED =
      new PaymentRequired(
          Optional.of("invalid_payload"),
          Json.object().put("url", "http://127.0.0.1:8406/v1/completions").build(),
          List.of(REQUIREMENTS),
          Json.object().build());
  static final ExactPayload EXACT = new ExactPayload(TRANSFER, BUYER.sign(DOMAIN.digest(TRANSFER)));
  static final PaymentPayload PAYMENT =
      new PaymentPayload(
          Optional.of(REQUIRED.resource()), REQUIREMENTS, EXACT.toJson(), Json.object().build());
  static final ChannelPayload.Pay PAY =
      new ChannelPayload.Pay(CONFIG, VOUCHER, BUYER.sign(CHANNELS.digest(VOUCHER)));
  static final ChannelPayload.Fund FUND =
      new ChannelPayload.Fund(
          CONFIG,
          VOUCHER,
          PAY.signature(),
          new ChannelPayload.Deposit(
              Amount.of(5_000),
              BigInteger.ZERO,
              BigInteger.valueOf(1_900_000_000),
              Keccak256.hash("deposit"),
              EXACT.signature()));
  static final ChannelPayload.Refund REFUND =
      new ChannelPayload.Refund(CONFIG, VOUCHER, PAY.signature(), Optional.of(Amount.of(9)));
  static final SettlementResponse RESPONSE =
      new SettlementResponse(
          true,
          Optional.empty(),
          Optional.of(Keccak256.hash("transaction")),
          new Network("eip155:31337"),
          Optional.of(BUYER.address().toString()),
          Optional.of("120"),
          Json.object().put("chargedAmount", "120").build());

  private Samples() {}
}
