// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.Claimable;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MovementTest {
  private static final PaymentKey PAYER = PaymentKey.ofSecret(Digest.sha256("payer").bytes());
  private static final Address SELLER = account(1);
  private static final Address COLLECTOR = account(2);
  private static final Coin COIN = new Coin(ChainId.DEVELOPMENT, account(3), account(4));
  private static final Channel CHANNEL = channel(COIN.token());

  private final ChannelContract contract = new ChannelContract(chain(), COIN.contract());

  private static Address account(int last) {
    byte[] bytes = new byte[Address.BYTES];
    // With letters among its digits, so that its checksum says something.
    Arrays.fill(bytes, (byte) 0xab);
    bytes[Address.BYTES - 1] = (byte) last;
    return Address.of(bytes);
  }

  private static Channel channel(Address token) {
    return new Channel(
        new ChannelConfig(
            PAYER.address(),
            PAYER.address(),
            SELLER,
            SELLER,
            token,
            Duration.ofHours(1),
            Keccak256.hash("salt")),
        COIN.chain(),
        COIN.contract());
  }

  private static Chain chain() {
    try {
      return Chain.connect(
          (_, _) -> Json.of("0x" + Long.toHexString(ChainId.DEVELOPMENT.number())),
          ChainId.DEVELOPMENT);
    } catch (RpcException e) {
      throw new AssertionError(e);
    }
  }

  private Effect deposit() {
    return contract.deposit(
        CHANNEL,
        Amount.of(70),
        COLLECTOR,
        new Domain("dollar", "1", COIN.chain(), COIN.token()),
        new Timestamp(Instant.parse("2100-01-01T00:00:00Z")),
        Keccak256.hash("deposit"),
        PAYER);
  }

  private Effect claim() {
    Voucher voucher = new Voucher(CHANNEL.id(), Amount.of(50));
    Claimable claimable =
        new Claimable(
            CHANNEL,
            new SignedVoucher(
                COIN.chain(),
                COIN.contract(),
                voucher,
                PAYER.sign(CHANNEL.domain().digest(voucher))),
            Amount.of(40));
    return contract.claim(List.of(new ChannelContract.Row(claimable, Amount.of(40))));
  }

  private static Optional<Movement> read(Effect effect) {
    return ChannelContract.movement(effect, COIN);
  }

  @Test
  void everyCallThatMovesCoinsSaysHowManyAndOfWhichChannel() {
    assertThat(read(deposit())).contains(new Movement.Deposited(CHANNEL, Amount.of(70)));
    assertThat(read(claim()))
        .contains(new Movement.Claimed(List.of(new Movement.Row(CHANNEL, Amount.of(40)))));
    assertThat(read(contract.settle(SELLER, COIN.token()))).contains(new Movement.PaidOut(SELLER));
    assertThat(read(contract.refund(CHANNEL, Amount.of(9))))
        .contains(new Movement.Refunded(CHANNEL, Amount.of(9)));
    assertThat(read(contract.initiateWithdrawal(CHANNEL, Amount.of(30))))
        .contains(new Movement.AskedBack(CHANNEL, Amount.of(30)));
    assertThat(read(contract.finalizeWithdrawal(CHANNEL)))
        .contains(new Movement.TakenBack(CHANNEL));
  }

  @Test
  void callsOfAnotherContractAndInAnotherTokenMoveNothingOfTheCoin() {
    Coin other = new Coin(COIN.chain(), account(5), COIN.token());
    assertThat(ChannelContract.movement(deposit(), other)).isEmpty();
    Channel foreign = channel(account(6));
    assertThat(read(contract.initiateWithdrawal(foreign, Amount.of(30)))).isEmpty();
    assertThat(read(contract.settle(SELLER, account(6)))).isEmpty();
    assertThat(read(Effect.pay(COIN.contract(), Amount.of(1)))).isEmpty();
    assertThat(read(Effect.create(new byte[] {1}))).isEmpty();
  }

  @Test
  void callsThatAreCutOffOrLongerAreNoMovement() {
    byte[] call = deposit().data();
    for (int length = 0; length < call.length; length += 7) {
      assertThat(read(Effect.call(COIN.contract(), Arrays.copyOf(call, length))))
          .as("the first " + length + " bytes")
          .isEmpty();
    }
    byte[] other = call.clone();
    other[0] ^= 1;
    assertThat(read(Effect.call(COIN.contract(), other))).isEmpty();
  }

  @Test
  void noCallThatIsWrongSomewhereIsAnythingButAMovementOrNone() {
    for (byte[] call : List.of(deposit().data(), claim().data())) {
      for (int at = 0; at < call.length; at++) {
        for (int bit : new int[] {0x01, 0x80}) {
          byte[] wrong = call.clone();
          wrong[at] ^= (byte) bit;
          assertThatCode(() -> read(Effect.call(COIN.contract(), wrong)))
              .as("byte " + at)
              .doesNotThrowAnyException();
        }
      }
    }
  }
}
