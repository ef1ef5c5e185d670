// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A seller whose answer broke off is asked what it served, and holds up nobody. */
@Timeout(30)
class SellerAccountTest {
  private static final PaymentKey KEY = PaymentKey.ofSecret(Digest.sha256("buyer").bytes());
  private static final Duration SOON = Duration.ofMillis(50);

  private final AtomicInteger calls = new AtomicInteger();
  private final CountDownLatch gone = new CountDownLatch(1);

  /** Of a seller that says nothing at all until it is known to be gone. */
  private SellerAccount account() {
    return new SellerAccount(
        () -> {
          calls.incrementAndGet();
          gone.await();
          throw new IOException("nobody is there");
        },
        new Channel(
            new ChannelConfig(
                KEY.address(),
                KEY.address(),
                KEY.address(),
                KEY.address(),
                KEY.address(),
                Duration.ofHours(1),
                Keccak256.hash("one")),
            ChainId.DEVELOPMENT,
            KEY.address()),
        KeyBinding.sign(
            SigningKey.ofSeed(new byte[32]), KEY, Timestamp.parse("2026-11-29T10:00:00.000Z")),
        () -> Amount.ZERO);
  }

  @Test
  void aSellerThatIsGoneHoldsUpNobodyAndIsNotAskedTwiceAtOnce() throws Exception {
    try (SellerAccount account = account()) {
      account.begins();
      account.ends(false);
      assertThat(account.recounted(SOON)).isFalse();
      assertThat(account.recounted(SOON)).isFalse();
      assertThat(calls).as("one question at a time").hasValue(1);
      gone.countDown();
      while (calls.get() < 2) {
        assertThat(account.recounted(SOON)).as("it is still open").isFalse();
      }
    }
  }

  @Test
  void whereNothingBrokeOffOrAnotherAnswerIsUnderWayNobodyIsAsked() throws Exception {
    try (SellerAccount account = account()) {
      account.begins();
      account.ends(true);
      assertThat(account.recounted(SOON)).isTrue();
      account.begins();
      account.begins();
      account.ends(false);
      assertThat(account.recounted(SOON)).as("it is counted when the other one is over").isTrue();
      assertThat(calls).hasValue(0);
      gone.countDown();
    }
  }
}
