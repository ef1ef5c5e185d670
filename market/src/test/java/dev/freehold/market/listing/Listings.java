// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.listing;

import dev.freehold.evidence.Statement;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.Sellers;
import dev.freehold.market.offer.SignedOffer;
import dev.freehold.record.Timestamp;
import java.time.Duration;
import java.util.List;

/** Listings of the sellers by number. */
public final class Listings {
  private Listings() {}

  public static Whereabouts at(String relay) {
    return Whereabouts.of(List.of(new Place(relay)), List.of());
  }

  public static Timestamp after(long millis) {
    return new Timestamp(Sellers.ISSUED.instant().plusMillis(millis));
  }

  /** An offer, changed in model, price, streams and issue time. */
  public static SignedOffer offer(
      int seller, Statement.Model model, long price, int streams, Timestamp issued) {
    Offer as = Sellers.offer(seller, price, price);
    return SignedOffer.sign(
        new Offer(
            as.seller(),
            model,
            as.arithmetic(),
            as.context(),
            as.terms(),
            as.speed(),
            streams,
            as.tier(),
            issued,
            new Timestamp(issued.instant().plus(Duration.ofDays(7)))),
        Sellers.evidence(seller));
  }

  public static Listing listing(int seller, Statement.Model model, Timestamp issued) {
    return Listing.sign(
        offer(seller, model, 100, 1, issued), at("wss://r"), issued, Sellers.evidence(seller));
  }

  public static Listing listing(int seller, Timestamp issued) {
    return listing(seller, Sellers.MODEL, issued);
  }
}
