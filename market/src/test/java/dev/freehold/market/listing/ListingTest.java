// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.listing;

import static dev.freehold.market.listing.Listings.after;
import static dev.freehold.market.listing.Listings.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.market.offer.Sellers;
import dev.freehold.market.offer.SignedOffer;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import dev.freehold.testkit.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ListingTest {
  private static final SignedOffer OFFER =
      SignedOffer.sign(Sellers.offer(0, 50_000, 200_000), Sellers.evidence(0));
  private static final Timestamp ISSUED = after(60_000);
  private static final Timestamp NOON = Timestamp.parse("2026-11-29T12:00:00.000Z");
  private static final Whereabouts WHERE =
      new Whereabouts(
          List.of(new Place("wss://relay.example:8404#" + Sellers.evidence(9).nodeId())),
          List.of(new Place("192.0.2.1:8405")),
          Optional.of(new Region("somewhere")));
  private static final Listing LISTING = Listing.sign(OFFER, WHERE, ISSUED, Sellers.evidence(0));
  private static final String TEXT = new String(LISTING.encode(), StandardCharsets.UTF_8);

  @Test
  void theDocumentedExampleIsThisListing() throws IOException {
    String document = Files.readString(Path.of("../docs/formats/listing.md"));
    assertThat(document).contains("\n```\n" + TEXT + "\n```\n");
  }

  @Test
  void aSignedListingIsReadBackAndStands() {
    Listing read = read(TEXT);
    assertThat(read).isEqualTo(LISTING);
    assertThat(read.fault(NOON)).isEmpty();
    assertThat(read.id()).isEqualTo(LISTING.id()).matches("l-[0-9a-f]{20}");
    assertThat(read.seller()).isEqualTo(Sellers.evidence(0).nodeId());
  }

  @Test
  void nobodyElseCanSayWhereASellerIsReached() {
    Listing elsewhere =
        new Listing(OFFER, at("wss://elsewhere.example"), ISSUED, LISTING.signature());
    assertThat(elsewhere.fault(NOON).orElseThrow()).contains("did not sign this listing");
    assertThatThrownBy(() -> Listing.sign(OFFER, WHERE, ISSUED, Sellers.evidence(1)))
        .hasMessageContaining("the key of");
    Listing others =
        Listing.sign(
            SignedOffer.sign(Sellers.offer(1, 50_000, 200_000), Sellers.evidence(1)),
            WHERE,
            ISSUED,
            Sellers.evidence(1));
    Listing stolen = new Listing(OFFER, WHERE, ISSUED, others.signature());
    assertThat(stolen.fault(NOON).orElseThrow()).contains("did not sign this listing");
  }

  @Test
  void anOfferThatDoesNotStandIsNotListed() {
    SignedOffer forged = new SignedOffer(Sellers.offer(0, 50_000, 199_999), OFFER.signature());
    Listing listing = Listing.sign(forged, WHERE, ISSUED, Sellers.evidence(0));
    assertThat(listing.fault(NOON).orElseThrow()).contains("did not sign this offer");
  }

  @Test
  void aListingIsStaleADayAfterItWasIssued() {
    SignedOffer week = Listings.offer(0, Sellers.MODEL, 1, 1, Sellers.ISSUED);
    Listing listing = Listing.sign(week, WHERE, Sellers.ISSUED, Sellers.evidence(0));
    Duration day = Duration.ofHours(24);
    Timestamp last = after(day.toMillis() - 1);
    assertThat(listing.fault(last)).isEmpty();
    assertThat(listing.fault(after(day.toMillis())).orElseThrow()).contains("is stale");
    Listing anew = Listing.sign(week, WHERE, after(day.toMillis()), Sellers.evidence(0));
    assertThat(anew.fault(after(day.toMillis()))).isEmpty();
    assertThat(anew.fault(after(8 * day.toMillis())).orElseThrow()).contains("is stale");
    Listing late = Listing.sign(week, WHERE, after(7 * day.toMillis()), Sellers.evidence(0));
    assertThat(late.fault(after(7 * day.toMillis())).orElseThrow())
        .as("its offer ends first")
        .contains("expired at");
  }

  @Test
  void aListingFromTheFutureIsRefusedBeyondFiveMinutesOfSkew() {
    Listing ahead = Listing.sign(OFFER, WHERE, after(7_200_000 + 300_000), Sellers.evidence(0));
    assertThat(ahead.fault(NOON)).isEmpty();
    Listing further = Listing.sign(OFFER, WHERE, after(7_200_000 + 300_001), Sellers.evidence(0));
    assertThat(further.fault(NOON).orElseThrow()).contains("one of two clocks is wrong");
  }

  @Test
  void aListingIsNotOlderThanItsOffer() {
    Timestamp before = Timestamp.parse("2026-11-29T09:59:59.999Z");
    assertThatThrownBy(() -> Listing.sign(OFFER, WHERE, before, Sellers.evidence(0)))
        .hasMessageContaining("not older");
    Listing forged = new Listing(OFFER, WHERE, before, LISTING.signature());
    assertThat(forged.fault(NOON).orElseThrow()).contains("older than its offer");
  }

  @Test
  void theLaterOfferCountsAndOfOneOfferTheLaterListing() {
    Listing first = Listings.listing(1, after(0));
    Listing again = Listing.sign(first.offer(), at("wss://moved"), after(5), Sellers.evidence(1));
    Listing newer = Listings.listing(1, after(3));
    assertThat(again.replaces(first)).isTrue();
    assertThat(first.replaces(again)).isFalse();
    assertThat(newer.replaces(again)).as("by its offer").isTrue();
    assertThat(again.replaces(newer)).isFalse();
    assertThat(Listings.listing(2, after(9)).replaces(first)).as("another seller").isFalse();
    assertThat(first.contradicts(again)).isFalse();
    assertThat(newer.contradicts(first)).isFalse();
  }

  @Test
  void twoThingsSaidOfOneInstantContradictEachOther() {
    Listing first = Listings.listing(1, after(0));
    SignedOffer dearer = Listings.offer(1, Sellers.MODEL, 101, 1, after(0));
    Listing otherOffer = Listing.sign(dearer, at("wss://r"), after(5), Sellers.evidence(1));
    assertThat(otherOffer.contradicts(first)).isTrue();
    assertThat(first.contradicts(otherOffer)).isTrue();
    Listing otherPlace = Listing.sign(first.offer(), at("wss://s"), after(0), Sellers.evidence(1));
    assertThat(otherPlace.contradicts(first)).isTrue();
    assertThat(first.contradicts(first)).isFalse();
    assertThat(Listings.listing(2, after(0)).contradicts(first)).as("another seller").isFalse();
  }

  @Test
  void whatCannotBeMeantCannotBeMade() {
    assertThatThrownBy(() -> new Place("")).hasMessageContaining("1 to 400");
    assertThatThrownBy(() -> new Place("a b")).hasMessageContaining("visible");
    assertThatThrownBy(() -> new Place("a\"")).hasMessageContaining("visible");
    assertThatThrownBy(() -> new Place("é")).hasMessageContaining("visible");
    assertThatThrownBy(() -> new Place("x".repeat(401))).hasMessageContaining("1 to 400");
    assertThatThrownBy(() -> Whereabouts.of(List.of(), List.of()))
        .hasMessageContaining("can't be reached");
    assertThatThrownBy(() -> new Region(" ")).hasMessageContaining("1 to 64");
    assertThatThrownBy(() -> new Region("x".repeat(65))).hasMessageContaining("1 to 64");
    List<Place> nine = IntStream.range(0, 9).mapToObj(i -> new Place("p" + i)).toList();
    assertThatThrownBy(() -> Whereabouts.of(nine, List.of())).hasMessageContaining("at most 8");
    assertThatThrownBy(() -> Whereabouts.of(List.of(), nine)).hasMessageContaining("at most 8");
    assertThatThrownBy(() -> Whereabouts.of(Collections.nCopies(2, new Place("a")), List.of()))
        .hasMessageContaining("twice");
  }

  @Test
  void theLongestListingFitsItsLimit() {
    List<Place> longest =
        IntStream.range(0, 8).mapToObj(i -> new Place(i + "x".repeat(399))).toList();
    Listing listing =
        Listing.sign(
            Listings.offer(
                1,
                new dev.freehold.evidence.Statement.Model(Sellers.MODEL.digest(), "\"".repeat(200)),
                1,
                1,
                after(0)),
            Whereabouts.of(longest, longest),
            after(0),
            Sellers.evidence(1));
    assertThat(Listing.decode(listing.encode())).isEqualTo(new Parsed.Read<>(listing));
  }

  @Test
  void otherEncodingsAreRefusedForTheirReason() {
    refused(TEXT + "\n", "canonical");
    refused(TEXT.replace(":{", ": {"), "canonical");
    refused(TEXT.replace("listing/1", "listing/2"), "format is not");
    refused(TEXT.replace("freehold-offer/1", "freehold-offer/2"), "format is not");
    refused(TEXT.replace("{\"format\":\"freehold-l", "{\"a\":0,\"format\":\"freehold-l"), "\"a\"");
    refused(TEXT.replace("{\"direct\"", "{\"a\":0,\"direct\""), "unknown member \"a\"");
    refused(TEXT.replace("{\"arithmetic\"", "{\"a\":0,\"arithmetic\""), "unknown member \"a\"");
    refused(TEXT.replace("[\"192.0.2.1:8405\"]", "[8405]"), "not a string");
    refused(TEXT.replace("[\"192.0.2.1:8405\"]", "\"192.0.2.1:8405\""), "not an array");
    refused(TEXT.replace("192.0.2.1:8405", ""), "a place has");
    refused(TEXT.replace("192.0.2.1:8405", "192.0.2.1 8405"), "a place has");
    refused(TEXT.replace("192.0.2.1:8405", "x".repeat(401)), "a place has");
    refused(TEXT.replace("\"192.0.2.1:8405\"", "\"a\",\"a\""), "twice");
    refused(TEXT.replace("\"issued\":\"2026-11-29T10:01:00.000Z\"", "\"issued\":1"), "string");
    refused(TEXT.replace("\"streams\":4", "\"streams\":5000"), "streams");
    refused(TEXT.replace("\"somewhere\"", "\"\""), "a region has");
    refused(TEXT.replace("\"somewhere\"", "7"), "not a string");
    refused(TEXT.replace("\"region\":\"somewhere\",", ""), "lacks \"region\"");
    refused("[]", "not an object");
    refused("{}", "lacks");
    refused("", "not strict JSON");
    refused("x".repeat(Listing.LIMIT + 1), "limit");
  }

  @Test
  void mutatedBytesAreReadBackAsTheyAreOrRefused() {
    long seed = 20261129;
    Random random = new Random(seed);
    byte[] good = LISTING.encode();
    int read = 0;
    for (int i = 0; i < 15_000; i++) {
      byte[] bytes = Mutations.damaged(good, random);
      if (Listing.decode(bytes) instanceof Parsed.Read<Listing>(Listing listing)) {
        assertThat(listing.encode()).as("seed %d, round %d", seed, i).isEqualTo(bytes);
        if (read++ % 10 == 0) {
          assertThat(listing.fault(NOON).isEmpty())
              .as("seed %d, round %d", seed, i)
              .isEqualTo(Arrays.equals(bytes, good));
        }
      }
    }
    assertThat(read).as("some mutations are still listings by their form").isGreaterThan(250);
  }

  private static Listing read(String text) {
    return Listing.decode(text.getBytes(StandardCharsets.UTF_8))
        .orElse(
            reason -> {
              throw new AssertionError(reason);
            });
  }

  private static void refused(String text, String reason) {
    assertThat(Listing.decode(text.getBytes(StandardCharsets.UTF_8)))
        .as(text)
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(reason));
  }
}
