// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import com.esaulpaugh.headlong.abi.Function;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.TransferAuthorization;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.ledger.channel.ChannelContract;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.market.x402.ChannelPayload;
import dev.freehold.market.x402.ExactPayload;
import dev.freehold.market.x402.PaymentPayload;
import dev.freehold.market.x402.PaymentRequirements;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;

/** Signs what a buyer by x402 signs, and what it should not. */
@NullMarked
final class X402Buyer {
  private static final Function CANCEL =
      Function.parse("cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)");

  PaymentKey key = Economy.BUYER;
  Address to = Economy.SELLER.address();
  Amount value;
  BigInteger validAfter = BigInteger.ZERO;
  BigInteger validBefore;
  Keccak256 nonce;
  Domain token;
  PaymentRequirements way;

  /** Pays as the way says, with a nonce of this name. */
  X402Buyer(PaymentRequirements way, Domain token, String nonce, Instant now) {
    this.way = way;
    this.token = token;
    this.value = way.amount();
    this.nonce = Keccak256.hash(nonce);
    this.validBefore = BigInteger.valueOf(now.getEpochSecond() + way.maxTimeoutSeconds());
  }

  TransferAuthorization authorization() {
    return new TransferAuthorization(
        TransferAuthorization.Kind.TRANSFER,
        Economy.BUYER.address(),
        to,
        value,
        validAfter,
        validBefore,
        nonce);
  }

  PaymentPayload exact() {
    TransferAuthorization transfer = authorization();
    return payment(new ExactPayload(transfer, key.sign(token.digest(transfer))).toJson());
  }

  /** By another payer than the usual one, who signs for itself. */
  PaymentPayload exactOf(PaymentKey payer) {
    TransferAuthorization transfer =
        new TransferAuthorization(
            TransferAuthorization.Kind.TRANSFER,
            payer.address(),
            to,
            value,
            validAfter,
            validBefore,
            nonce);
    return payment(new ExactPayload(transfer, payer.sign(token.digest(transfer))).toJson());
  }

  PaymentPayload payment(Json.Obj payload) {
    return new PaymentPayload(Optional.empty(), way, payload, Json.object().build());
  }

  /** A channel of the buyer's, as x402's client makes it. */
  ChannelConfig config(String salt) {
    return new ChannelConfig(
        Economy.BUYER.address(),
        Economy.BUYER.address(),
        to,
        to,
        way.token().orElseThrow(),
        Duration.ofMinutes(15),
        Keccak256.hash(salt));
  }

  PaymentPayload pay(Channel channel, long total) {
    return payment(voucher(channel, total).toJson());
  }

  ChannelPayload.Pay voucher(Channel channel, long total) {
    Voucher voucher = new Voucher(channel.id(), Amount.of(total));
    return new ChannelPayload.Pay(
        channel.config(), voucher, key.sign(channel.domain().digest(voucher)));
  }

  PaymentPayload refund(Channel channel, long charged, Optional<Amount> amount) {
    ChannelPayload.Pay voucher = voucher(channel, charged);
    return payment(
        new ChannelPayload.Refund(voucher.config(), voucher.voucher(), voucher.signature(), amount)
            .toJson());
  }

  /** A deposit, whose salt is the nonce, and a voucher. */
  PaymentPayload fund(Channel channel, long deposit, long total) {
    TransferAuthorization transfer =
        ChannelContract.authorization(
            channel,
            Amount.of(deposit),
            DevelopmentChain.ERC3009_COLLECTOR,
            validAfter,
            validBefore,
            nonce);
    ChannelPayload.Pay voucher = voucher(channel, total);
    return payment(
        new ChannelPayload.Fund(
                voucher.config(),
                voucher.voucher(),
                voucher.signature(),
                new ChannelPayload.Deposit(
                    Amount.of(deposit),
                    validAfter,
                    validBefore,
                    nonce,
                    key.sign(token.digest(transfer))))
            .toJson());
  }

  /** Takes back an authorization, or a deposit, of this nonce (ERC-3009). */
  Effect cancel(Keccak256 used) {
    byte[] type = Keccak256.hash("CancelAuthorization(address authorizer,bytes32 nonce)").bytes();
    byte[] account = new byte[32];
    System.arraycopy(Economy.BUYER.address().bytes(), 0, account, 12, Address.BYTES);
    Keccak256 digest =
        Keccak256.hash(
            new byte[] {0x19, 0x01},
            token.separator().bytes(),
            Keccak256.hash(type, account, used.bytes()).bytes());
    PaymentSignature signature = Economy.BUYER.sign(digest);
    byte[] compact = signature.compact();
    return Effect.call(
        token.contract(),
        CANCEL
            .encodeCallWithArgs(
                com.esaulpaugh.headlong.abi.Address.wrap(Economy.BUYER.address().toString()),
                used.bytes(),
                27 + signature.parity(),
                Arrays.copyOf(compact, 32),
                Arrays.copyOfRange(compact, 32, 64))
            .array());
  }
}
