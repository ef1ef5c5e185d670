// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.market.listing.Region;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.SignedOffer;
import dev.freehold.node.work.Hours;
import dev.freehold.record.Amount;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.util.Optional;

/**
 * What the owner wants sold (docs/formats/sales.md).
 *
 * @param model with what is answered
 * @param price for a million tokens
 * @param window how much is served ahead of payment
 * @param context tokens of prompt and answer together, from 1
 * @param streams answers at a time; 0 where it was cancelled
 * @param days for which an offer is signed, 1 to 31
 * @param hours of the week in which it is offered; empty: always
 * @param region where the machine is said to stand
 * @param offer that was signed last
 */
public record Sale(
    Statement.Model model,
    Price price,
    Amount window,
    int context,
    int streams,
    int days,
    Optional<Hours> hours,
    Optional<Region> region,
    Optional<SignedOffer> offer) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-sale/1";

  /** The longest file in bytes. */
  static final int LIMIT = 8 << 10;

  private static final int LONGEST_HOURS = 256;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public Sale {
    if (context < 1) {
      throw new IllegalArgumentException("a context has at least one token");
    }
    if (streams < 0 || streams > Offer.MOST_STREAMS) {
      throw new IllegalArgumentException("there are 0 to " + Offer.MOST_STREAMS + " streams");
    }
    if (days < 1 || days > Offer.LONGEST.toDays()) {
      throw new IllegalArgumentException("an offer is signed for 1 to 31 days");
    }
    if (!window.fitsChannel()) {
      throw new IllegalArgumentException("a window has 128 bits at most");
    }
    if (hours.isPresent() && hours.get().toString().length() > LONGEST_HOURS) {
      throw new IllegalArgumentException("hours have at most " + LONGEST_HOURS + " characters");
    }
    if (offer.isPresent() && !offer.get().offer().model().digest().equals(model.digest())) {
      throw new IllegalArgumentException("its offer is for another model");
    }
  }

  /** Whether it was cancelled. */
  public boolean cancelled() {
    return streams == 0;
  }

  Sale with(SignedOffer signed) {
    return new Sale(
        model, price, window, context, streams, days, hours, region, Optional.of(signed));
  }

  Sale cancel() {
    return new Sale(model, price, window, context, 0, days, hours, region, offer);
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(
        Json.object()
            .put("context", context)
            .put("days", days)
            .put("format", FORMAT)
            .put("hours", text(hours.map(Hours::toString)))
            .put(
                "model",
                Json.object()
                    .put("digest", model.digest().toString())
                    .put("name", model.name())
                    .build())
            .put("offer", offer.<Json>map(SignedOffer::toJson).orElse(Json.Null.VALUE))
            .put(
                "price",
                Json.object()
                    .put("input", price.input().toString())
                    .put("output", price.output().toString())
                    .build())
            .put("region", text(region.map(Region::text)))
            .put("streams", streams)
            .put("window", window.toString())
            .build());
  }

  private static Json text(Optional<String> text) {
    return text.<Json>map(Json::of).orElse(Json.Null.VALUE);
  }

  /** Reads the one encoding. */
  public static Parsed<Sale> decode(byte[] bytes) {
    try {
      Members members = new Members("the sale", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException("its format is not " + FORMAT);
      }
      Members model = members.object("model");
      Digest digest = model.digest("digest");
      Statement.Model named = model.typed("name", name -> new Statement.Model(digest, name));
      model.end();
      Members price = members.object("price");
      Price asked = new Price(Coin.amount(price, "input"), Coin.amount(price, "output"));
      price.end();
      Sale sale =
          new Sale(
              named,
              asked,
              Coin.amount(members, "window"),
              members.count("context", 1),
              members.count("streams", 0),
              members.count("days", 1),
              isNull(members, "hours")
                  ? Optional.empty()
                  : Optional.of(members.typed("hours", Hours::parse)),
              isNull(members, "region")
                  ? Optional.empty()
                  : Optional.of(members.typed("region", Region::new)),
              isNull(members, "offer")
                  ? Optional.empty()
                  : Optional.of(SignedOffer.read(members.object("offer"))));
      members.end();
      Members.requireSame(sale.encode(), bytes);
      return new Parsed.Read<>(sale);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not for sale: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("not for sale: " + e.getMessage());
    }
  }

  private static boolean isNull(Members members, String name) throws Members.MalformedException {
    return members.value(name) instanceof Json.Null;
  }
}
