// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.listing;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.market.offer.SignedOffer;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An offer and where its seller is reached (docs/formats/listing.md).
 *
 * @param offer what is offered, signed in its turn
 * @param where the seller is reached
 * @param issued of two listings of one offer the later counts
 * @param signature the seller's over all of it, not yet believed
 */
public record Listing(SignedOffer offer, Whereabouts where, Timestamp issued, Signature signature) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-listing/1";

  /** The longest listing in bytes. */
  public static final int LIMIT = 10_240;

  /** How long a listing counts: its seller has to be heard of anew by then. */
  public static final Duration LIFE = Duration.ofHours(24);

  /**
   * Signs.
   *
   * @throws IllegalArgumentException if the seller is another node than the key's, or the listing
   *     is older than its offer
   */
  public static Listing sign(
      SignedOffer offer, Whereabouts where, Timestamp issued, SigningKey key) {
    NodeId seller = offer.offer().seller().node();
    if (!seller.equals(key.nodeId())) {
      throw new IllegalArgumentException(
          "the offer is of " + seller + ", the key of " + key.nodeId());
    }
    if (issued.compareTo(offer.offer().issued()) < 0) {
      throw new IllegalArgumentException("a listing is not older than its offer");
    }
    return new Listing(
        offer, where, issued, key.sign(CanonicalJson.bytes(unsigned(offer, where, issued))));
  }

  /** Who sells. */
  public NodeId seller() {
    return offer.offer().seller().node();
  }

  /** Why it lists nothing at this time; empty where it stands. */
  public Optional<String> fault(Timestamp now) {
    if (issued.compareTo(offer.offer().issued()) < 0) {
      return Optional.of("the listing is older than its offer");
    }
    if (issued.instant().isAfter(now.instant().plus(SignedOffer.SKEW))) {
      return Optional.of(
          "the listing is issued at " + issued + ", in the future: one of two clocks is wrong");
    }
    if (stale(now)) {
      return Optional.of("the listing is stale: its seller was last heard of at " + issued);
    }
    if (!seller().key().verify(CanonicalJson.bytes(unsigned(offer, where, issued)), signature)) {
      return Optional.of("the node " + seller() + " did not sign this listing");
    }
    return offer.fault(now);
  }

  /** Whether its seller should have been heard of anew by this time. */
  public boolean stale(Timestamp now) {
    return !now.instant().isBefore(issued.instant().plus(LIFE));
  }

  /**
   * Whether this counts and an earlier one of the same seller, model and coin does not: its offer
   * is later, or it lists the same offer later.
   */
  public boolean replaces(Listing earlier) {
    if (!of(earlier)) {
      return false;
    }
    int offers = offer.offer().issued().compareTo(earlier.offer.offer().issued());
    return offers > 0 || (offers == 0 && issued.compareTo(earlier.issued) > 0);
  }

  /** Whether both are about one seller's offer of one model for one coin. */
  public boolean of(Listing other) {
    return seller().equals(other.seller())
        && offer.offer().model().digest().equals(other.offer.offer().model().digest())
        && offer.offer().terms().coin().equals(other.offer.offer().terms().coin());
  }

  /**
   * Whether the seller said two things at one time: of one model and coin two offers that were
   * issued at the same instant and differ, or two such listings.
   */
  public boolean contradicts(Listing other) {
    if (!of(other)) {
      return false;
    }
    boolean offersDiffer = !offer.offer().equals(other.offer.offer());
    if (offersDiffer && offer.offer().issued().equals(other.offer.offer().issued())) {
      return true;
    }
    return issued.equals(other.issued) && (offersDiffer || !where.equals(other.where));
  }

  /** Its name: {@code l-} and 20 hexadecimal digits. */
  public String id() {
    return "l-"
        + Digest.sha256(CanonicalJson.bytes(unsigned(offer, where, issued))).hex().substring(0, 20);
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** The listing as JSON, for embedding it elsewhere. */
  public Json.Obj toJson() {
    return unsigned(offer, where, issued).with("signature", Json.of(signature.toString()));
  }

  /** Reads the one encoding; whether it stands is {@link #fault} to say. */
  public static Parsed<Listing> decode(byte[] bytes) {
    try {
      Listing listing = read(new Members("the listing", Members.parse(bytes, LIMIT)));
      Members.requireSame(listing.encode(), bytes);
      return new Parsed.Read<>(listing);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not a listing: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("not a listing: " + e.getMessage());
    }
  }

  /**
   * Reads the members of a listing that is embedded elsewhere, all of them.
   *
   * @throws IllegalArgumentException naming a value that is out of its range
   */
  public static Listing read(Members members) throws Members.MalformedException {
    if (!members.string("format").equals(FORMAT)) {
      throw new Members.MalformedException("its format is not " + FORMAT);
    }
    Members where = members.object("where");
    Whereabouts whereabouts =
        new Whereabouts(places(where, "relays"), places(where, "direct"), region(where));
    where.end();
    Listing listing =
        new Listing(
            SignedOffer.read(members.object("offer")),
            whereabouts,
            members.typed("issued", Timestamp::parse),
            members.typed("signature", Signature::parse));
    members.end();
    return listing;
  }

  private static Optional<Region> region(Members members) throws Members.MalformedException {
    return members.value("region") instanceof Json.Null
        ? Optional.empty()
        : Optional.of(members.typed("region", Region::new));
  }

  private static List<Place> places(Members members, String name)
      throws Members.MalformedException {
    List<Place> places = new ArrayList<>();
    for (Json item : members.array(name).items()) {
      if (!(item instanceof Json.Str(String text))) {
        throw new Members.MalformedException("a place among \"" + name + "\" is not a string");
      }
      places.add(new Place(text));
    }
    return places;
  }

  private static Json.Obj unsigned(SignedOffer offer, Whereabouts where, Timestamp issued) {
    return Json.object()
        .put("format", FORMAT)
        .put("issued", issued.toString())
        .put("offer", offer.toJson())
        .put(
            "where",
            Json.object()
                .put("direct", texts(where.direct()))
                .put(
                    "region",
                    where.region().<Json>map(each -> Json.of(each.text())).orElse(Json.Null.VALUE))
                .put("relays", texts(where.relays()))
                .build())
        .build();
  }

  private static Json texts(List<Place> places) {
    return Json.array(places.stream().map(place -> Json.of(place.text())).toList());
  }
}
