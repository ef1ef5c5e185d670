// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.market.listing.Listing;
import dev.freehold.market.listing.Place;
import dev.freehold.market.listing.Whereabouts;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.PaymentTerms;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.SignedOffer;
import dev.freehold.market.offer.Speed;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/** Sellers by number, and listings of theirs. */
final class OfferedThings {
  static final Coin COIN =
      new Coin(
          ChainId.DEVELOPMENT,
          Address.of(new byte[Address.BYTES]),
          Address.of(new byte[Address.BYTES]));

  private OfferedThings() {}

  static SigningKey key(int seller) {
    return SigningKey.ofSeed(ByteBuffer.allocate(32).putInt(28, seller).array());
  }

  static Statement.Model model(int number) {
    return new Statement.Model(Digest.sha256("model " + number), "m" + number);
  }

  static Listing listing(int seller, int model, Timestamp issued) {
    byte[] secret = ByteBuffer.allocate(32).putInt(28, seller + 7).array();
    SignedOffer offer =
        SignedOffer.sign(
            new Offer(
                KeyBinding.sign(key(seller), PaymentKey.ofSecret(secret), issued),
                model(model),
                1,
                2_048,
                new PaymentTerms(
                    COIN,
                    new Price(Amount.of(10), Amount.of(20)),
                    Amount.of(1_000),
                    Duration.ofHours(1)),
                new Speed(100, 10),
                2,
                Tier.PUBLIC,
                issued,
                new Timestamp(issued.instant().plus(Duration.ofDays(2)))),
            key(seller));
    return Listing.sign(
        offer, Whereabouts.of(List.of(new Place("wss://r:1")), List.of()), issued, key(seller));
  }
}
