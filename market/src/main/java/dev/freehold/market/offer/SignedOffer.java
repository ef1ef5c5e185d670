// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.offer;

import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.record.Amount;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.time.Duration;
import java.util.Optional;

/**
 * A signed offer (docs/formats/offer.md).
 *
 * @param signature the node's, not yet believed
 */
public record SignedOffer(Offer offer, Signature signature) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-offer/1";

  /** The longest offer in bytes. */
  public static final int LIMIT = 4096;

  /** How far in the future of the reader's clock an offer may be issued. */
  public static final Duration SKEW = Duration.ofMinutes(5);

  /**
   * Signs.
   *
   * @throws IllegalArgumentException if the seller is another node than the key's
   */
  public static SignedOffer sign(Offer offer, SigningKey key) {
    if (!offer.seller().node().equals(key.nodeId())) {
      throw new IllegalArgumentException(
          "the offer is of " + offer.seller().node() + ", the key of " + key.nodeId());
    }
    return new SignedOffer(offer, key.sign(CanonicalJson.bytes(unsigned(offer))));
  }

  /** Why it offers nothing at this time; empty where it stands. */
  public Optional<String> fault(Timestamp now) {
    if (!offer.seller().node().key().verify(CanonicalJson.bytes(unsigned(offer)), signature)) {
      return Optional.of("the node " + offer.seller().node() + " did not sign this offer");
    }
    Optional<String> unbound = offer.seller().fault();
    if (unbound.isPresent()) {
      return unbound;
    }
    if (now.compareTo(offer.expires()) >= 0) {
      return Optional.of("the offer expired at " + offer.expires());
    }
    if (offer.issued().instant().isAfter(now.instant().plus(SKEW))) {
      return Optional.of(
          "the offer is issued at "
              + offer.issued()
              + ", in the future: one of two clocks is wrong");
    }
    return Optional.empty();
  }

  /** Its name: {@code o-} and 20 hexadecimal digits. */
  public String id() {
    return "o-" + Digest.sha256(CanonicalJson.bytes(unsigned(offer))).hex().substring(0, 20);
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** The offer as JSON, for embedding it elsewhere. */
  public Json.Obj toJson() {
    return unsigned(offer).with("signature", Json.of(signature.toString()));
  }

  /** Reads the one encoding; whether it stands is {@link #fault} to say. */
  public static Parsed<SignedOffer> decode(byte[] bytes) {
    try {
      SignedOffer offer = read(new Members("the offer", Members.parse(bytes, LIMIT)));
      Members.requireSame(offer.encode(), bytes);
      return new Parsed.Read<>(offer);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not an offer: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("not an offer: " + e.getMessage());
    }
  }

  /**
   * Reads the members of an offer that is embedded elsewhere, all of them.
   *
   * @throws IllegalArgumentException naming a value that is out of its range
   */
  public static SignedOffer read(Members members) throws Members.MalformedException {
    SignedOffer offer =
        new SignedOffer(unsigned(members), members.typed("signature", Signature::parse));
    members.end();
    return offer;
  }

  private static Json.Obj unsigned(Offer offer) {
    PaymentTerms terms = offer.terms();
    return Json.object()
        .put("arithmetic", offer.arithmetic())
        .put("coin", terms.coin().toJson())
        .put("context", offer.context())
        .put("delay", terms.delay().toSeconds())
        .put("expires", offer.expires().toString())
        .put("format", FORMAT)
        .put("issued", offer.issued().toString())
        .put(
            "model",
            Json.object()
                .put("digest", offer.model().digest().toString())
                .put("name", offer.model().name())
                .build())
        .put(
            "price",
            Json.object()
                .put("input", terms.price().input().toString())
                .put("output", terms.price().output().toString())
                .build())
        .put("seller", offer.seller().toJson())
        .put(
            "speed",
            Json.object()
                .put("decode", offer.speed().decode())
                .put("prefill", offer.speed().prefill())
                .build())
        .put("streams", offer.streams())
        .put("tier", offer.tier().text())
        .put("window", terms.window().toString())
        .build();
  }

  private static Offer unsigned(Members members) throws Members.MalformedException {
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
    Members speed = members.object("speed");
    Speed claimed = new Speed(speed.count("prefill", 0), speed.count("decode", 0));
    speed.end();
    Amount window = Coin.amount(members, "window");
    return new Offer(
        KeyBinding.read(members.object("seller")),
        named,
        members.count("arithmetic", 1),
        members.count("context", 1),
        new PaymentTerms(
            Coin.read(members.object("coin")),
            asked,
            window,
            Duration.ofSeconds(members.count("delay", 1))),
        claimed,
        members.count("streams", 0),
        members.typed("tier", Tier::parse),
        members.typed("issued", Timestamp::parse),
        members.typed("expires", Timestamp::parse));
  }
}
