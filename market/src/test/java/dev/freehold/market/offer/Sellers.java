// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.offer;

import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Sellers by number, and what they offer. */
public final class Sellers {
  public static final Timestamp ISSUED = Timestamp.parse("2026-11-29T10:00:00.000Z");
  public static final Timestamp EXPIRES = Timestamp.parse("2026-11-30T10:00:00.000Z");
  public static final Statement.Model MODEL = new Statement.Model(Digest.sha256("model"), "tiny");
  public static final Coin COIN = new Coin(ChainId.DEVELOPMENT, address(0xc0), address(0x70));

  private Sellers() {}

  public static SigningKey evidence(int number) {
    return SigningKey.ofSeed(ByteBuffer.allocate(32).putInt(28, number).array());
  }

  public static PaymentKey money(int number) {
    return PaymentKey.ofSecret(ByteBuffer.allocate(32).putInt(28, number).array());
  }

  public static KeyBinding binding(int number) {
    return KeyBinding.sign(evidence(number), money(number + 7), ISSUED);
  }

  public static Address address(int number) {
    return Address.of(ByteBuffer.allocate(20).putInt(16, number).array());
  }

  public static PaymentTerms terms(long input, long output) {
    return new PaymentTerms(
        COIN, new Price(Amount.of(input), Amount.of(output)), Amount.of(1_000), Duration.ofDays(1));
  }

  public static Offer offer(int seller, long input, long output) {
    return new Offer(
        binding(seller),
        MODEL,
        1,
        2048,
        terms(input, output),
        new Speed(800, 40),
        4,
        Tier.PUBLIC,
        ISSUED,
        EXPIRES);
  }
}
