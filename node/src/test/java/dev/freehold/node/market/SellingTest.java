// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.market.listing.Listing;
import dev.freehold.market.listing.Place;
import dev.freehold.market.listing.Region;
import dev.freehold.market.listing.Whereabouts;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.SignedOffer;
import dev.freehold.market.offer.Speed;
import dev.freehold.node.market.Capacity.Answer;
import dev.freehold.node.market.Selling.Outcome;
import dev.freehold.node.market.Selling.Wanted;
import dev.freehold.node.work.Hours;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import dev.freehold.testkit.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SellingTest {
  private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
  private static final Statement.Model MODEL = new Statement.Model(Digest.sha256("m"), "tiny");
  private static final Address SOMEWHERE = Address.of(new byte[Address.BYTES]);
  private static final Coin COIN = new Coin(ChainId.DEVELOPMENT, SOMEWHERE, SOMEWHERE);
  private static final Answer.Able ABLE =
      new Answer.Able(MODEL, 2_048, 8_192, 8, new Speed(800, 40));
  private static final Whereabouts HERE =
      Whereabouts.of(List.of(new Place("wss://relay.example:8404")), List.of());
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir private Path folder = Path.of("");
  private final MemorySales storage = new MemorySales();
  private Instant now = Instant.parse("2026-11-29T12:00:00Z");
  private Paid paid = in(1, 1_000);
  private Answer capacity = ABLE;
  private Optional<Whereabouts> where = Optional.of(HERE);
  private Selling selling = open();

  private Paid in(int secret, long window) {
    byte[] bytes = new byte[32];
    bytes[31] = (byte) secret;
    return new Paid.In(
        KeyBinding.sign(KEY, PaymentKey.ofSecret(bytes), new Timestamp(now)),
        COIN,
        Amount.of(window),
        Duration.ofHours(1));
  }

  private Selling open() {
    Clock clock =
        new Clock() {
          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return now;
          }
        };
    try {
      return Selling.open(
          storage,
          new Selling.Parts(
              KEY,
              () -> paid,
              model ->
                  model.equals(MODEL.digest()) ? capacity : new Answer.Unable("it is not here"),
              () -> where,
              clock));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Price price(long each) {
    return new Price(Amount.of(each), Amount.of(4 * each));
  }

  private static Wanted wanted(long price, int streams) {
    return new Wanted(
        MODEL.digest(),
        price(price),
        Optional.empty(),
        Optional.empty(),
        streams,
        2,
        Optional.empty(),
        Optional.empty());
  }

  private void sold(Wanted wanted) throws IOException {
    assertThat(selling.sell(wanted)).isInstanceOf(Outcome.Done.class);
  }

  private void refused(String why, Wanted wanted) throws IOException {
    assertThat(selling.sell(wanted))
        .isInstanceOfSatisfying(
            Outcome.Refused.class, refused -> assertThat(refused.why()).contains(why));
    assertThat(storage.writes()).isZero();
    assertThat(selling.listings()).isEmpty();
  }

  private Offer published() throws IOException {
    List<Listing> listings = selling.listings();
    assertThat(listings).hasSize(1);
    Listing listing = listings.getFirst();
    assertThat(listing.fault(new Timestamp(now))).isEmpty();
    return listing.offer().offer();
  }

  @Test
  void whatIsSoldIsOfferedAsTheMachineCanServeIt() throws IOException {
    sold(
        new Wanted(
            MODEL.digest(),
            price(50_000),
            Optional.empty(),
            Optional.empty(),
            5,
            2,
            Optional.empty(),
            Optional.of(new Region("somewhere"))));
    Offer offer = published();
    assertThat(offer.model()).isEqualTo(MODEL);
    assertThat(offer.context()).as("as much as five answers leave each other").isEqualTo(1_638);
    assertThat(offer.speed()).isEqualTo(new Speed(800, 40));
    assertThat(offer.streams()).isEqualTo(5);
    assertThat(offer.terms().window()).isEqualTo(Amount.of(1_000));
    assertThat(offer.terms().delay()).isEqualTo(Duration.ofHours(1));
    assertThat(Duration.between(offer.issued().instant(), offer.expires().instant()))
        .isEqualTo(DAY.multipliedBy(2));
    assertThat(selling.listings().getFirst().where().region()).contains(new Region("somewhere"));
    assertThat(selling.terms(MODEL.digest())).contains(offer.terms());
    assertThat(selling.terms(Digest.sha256("other"))).isEmpty();
    assertThat(selling.sales().getFirst().hindrance()).isEmpty();
  }

  @Test
  void whatTheMachineCannotServeIsNotOfferedAndItSaysWhy() throws IOException {
    capacity = new Answer.Unable("the model is not here");
    refused("not here", wanted(1, 1));
    capacity = new Answer.NotYet("it is being loaded");
    refused("being loaded", wanted(1, 1));
    capacity = ABLE;
    refused("1 to 8 answers at a time", wanted(1, 9));
    refused("1 to 8 answers at a time", wanted(1, 0));
    paid = new Paid.Not("no chain is configured");
    refused("no chain", wanted(1, 1));
    paid = in(1, 1_000);
    where = Optional.empty();
    refused("nobody could reach this machine", wanted(1, 1));
    where = Optional.of(HERE);
    refused(
        "ahead of payment by 1000 at most",
        new Wanted(
            MODEL.digest(),
            price(1),
            Optional.of(Amount.of(1_001)),
            Optional.empty(),
            1,
            1,
            Optional.empty(),
            Optional.empty()));
    refused("the model's context is 2048", context(2_049, 1));
    refused("don't fit the memory for attention, 1638 each would", context(1_639, 5));
    assertThat(selling.cancel(MODEL.digest())).isInstanceOf(Outcome.Refused.class);
  }

  private static Wanted context(int context, int streams) {
    return new Wanted(
        MODEL.digest(),
        price(1),
        Optional.empty(),
        Optional.of(context),
        streams,
        1,
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void anOfferStandsUntilHalfOfItsDaysAreOverAndIsListedAnewBefore() throws IOException {
    sold(wanted(1, 1));
    Listing first = selling.listings().getFirst();
    int writes = storage.writes();
    now = now.plus(Selling.LISTED_AGAIN.minusMillis(1));
    assertThat(selling.listings()).containsExactly(first);
    now = now.plusMillis(1);
    Listing again = selling.listings().getFirst();
    assertThat(again.offer()).isEqualTo(first.offer());
    assertThat(again.replaces(first)).isTrue();
    assertThat(storage.writes()).as("no new offer").isEqualTo(writes);
    now = now.plus(DAY);
    Listing renewed = selling.listings().getFirst();
    assertThat(renewed.offer().offer().replaces(first.offer().offer())).isTrue();
    assertThat(renewed.contradicts(again)).isFalse();
  }

  @Test
  void aRestartPublishesTheSameOfferAndAClockThatWasTurnedBackContradictsNothing()
      throws IOException {
    sold(wanted(1, 1));
    Offer first = published();
    now = now.plusSeconds(60);
    selling = open();
    assertThat(published()).isEqualTo(first);
    now = now.minus(DAY);
    sold(wanted(2, 1));
    Offer second = ((Outcome.Done) selling.sell(wanted(2, 1))).sale().offer().orElseThrow().offer();
    assertThat(second.issued().compareTo(first.issued())).isPositive();
    assertThat(second.terms().price()).isEqualTo(price(2));
  }

  @Test
  void whatWasCancelledIsTakenBackAsLongAsItsOfferWouldCount() throws IOException {
    sold(wanted(1, 1));
    Offer first = published();
    now = now.plusSeconds(1);
    assertThat(selling.cancel(MODEL.digest())).isInstanceOf(Outcome.Done.class);
    assertThat(selling.terms(MODEL.digest())).isEmpty();
    Offer withdrawn = published();
    assertThat(withdrawn.streams()).isZero();
    assertThat(withdrawn.replaces(first)).isTrue();
    assertThat(withdrawn.expires()).isEqualTo(first.expires());
    assertThat(selling.sales().getFirst().hindrance().orElseThrow()).contains("cancelled");
    assertThat(selling.cancel(MODEL.digest())).isInstanceOf(Outcome.Refused.class);
    selling = open();
    assertThat(published()).isEqualTo(withdrawn);
    now = first.expires().instant();
    assertThat(selling.listings()).isEmpty();
    assertThat(storage.all()).as("and then it is gone").isEmpty();
    sold(wanted(3, 1));
    assertThat(published().streams()).isEqualTo(1);
  }

  @Test
  void outsideOfItsHoursItIsTakenBackAndThenOfferedAgain() throws IOException {
    sold(
        new Wanted(
            MODEL.digest(),
            price(1),
            Optional.empty(),
            Optional.empty(),
            1,
            2,
            Optional.of(Hours.parse("10:00-13:00")),
            Optional.empty()));
    Offer open = published();
    assertThat(open.streams()).isEqualTo(1);
    now = Instant.parse("2026-11-29T13:00:00Z");
    assertThat(selling.terms(MODEL.digest())).isEmpty();
    assertThat(published().streams()).isZero();
    assertThat(selling.sales().getFirst().hindrance().orElseThrow()).contains("10:00-13:00");
    now = Instant.parse("2026-11-30T10:00:00Z");
    assertThat(published().streams()).isEqualTo(1);
    assertThat(selling.terms(MODEL.digest())).isPresent();
  }

  @Test
  void itIsOfferedAnewWhereWhatItSaysIsNoLongerSo() throws IOException {
    sold(wanted(1, 1));
    Offer first = published();
    now = now.plusSeconds(1);
    capacity = new Answer.Able(MODEL, 2_048, 8_192, 8, new Speed(900, 44));
    assertThat(published()).as("a little faster").isEqualTo(first);
    capacity = new Answer.Able(MODEL, 2_048, 8_192, 8, new Speed(900, 20));
    Offer slower = published();
    assertThat(slower.speed()).isEqualTo(new Speed(900, 20));
    now = now.plusSeconds(1);
    paid = in(2, 500);
    Offer elsewhere = published();
    assertThat(elsewhere.seller().account()).isNotEqualTo(first.seller().account());
    assertThat(elsewhere.terms().window()).isEqualTo(Amount.of(500));
    now = now.plusSeconds(1);
    capacity = new Answer.NotYet("being loaded");
    assertThat(published()).as("a start takes nothing back").isEqualTo(elsewhere);
    capacity = new Answer.Unable("the file is gone");
    assertThat(published().streams()).isZero();
    assertThat(selling.sales().getFirst().hindrance()).contains("the file is gone");
    now = now.plusSeconds(1);
    capacity = ABLE;
    assertThat(published().streams()).isEqualTo(1);
    where = Optional.of(Whereabouts.of(List.of(), List.of(new Place("192.0.2.1:1"))));
    Listing moved = selling.listings().getFirst();
    assertThat(moved.where()).isEqualTo(where.get());
    where = Optional.empty();
    assertThat(selling.listings()).isEmpty();
  }

  /** The crash table: the write of each change, for each fault. */
  @ParameterizedTest
  @EnumSource(MemorySales.Fault.class)
  void whateverTheDiskDoesNothingIsPublishedThatIsNotDurable(MemorySales.Fault fault)
      throws IOException {
    boolean there = fault == MemorySales.Fault.FAILS_BUT_PERSISTED;
    storage.failing(Optional.of(fault));
    assertThatThrownBy(() -> selling.sell(wanted(1, 1))).hasMessageContaining("disk is full");
    assertThat(selling.listings()).as("it is not sold").isEmpty();
    assertThat(open().sales()).hasSize(there ? 1 : 0);
    storage.failing(Optional.empty());
    sold(wanted(1, 1));
    Offer first = published();

    now = now.plus(DAY);
    storage.failing(Optional.of(fault));
    assertThatThrownBy(() -> selling.listings()).hasMessageContaining("disk is full");
    storage.failing(Optional.empty());
    Offer renewed = published();
    assertThat(renewed.replaces(first)).isTrue();
    assertThat(storage.all().getFirst().offer().map(SignedOffer::offer)).contains(renewed);

    now = now.plusSeconds(1);
    storage.failing(Optional.of(fault));
    assertThatThrownBy(() -> selling.cancel(MODEL.digest())).hasMessageContaining("disk is full");
    storage.failing(Optional.empty());
    assertThat(published()).as("it is sold as before").isEqualTo(renewed);
    assertThat(open().sales().getFirst().sale().cancelled()).isEqualTo(there);
    assertThat(selling.cancel(MODEL.digest())).isInstanceOf(Outcome.Done.class);
    assertThat(published().replaces(renewed)).isTrue();

    now = first.expires().instant().plus(DAY.multipliedBy(3));
    storage.failing(Optional.of(fault));
    assertThatThrownBy(() -> selling.listings()).hasMessageContaining("disk is full");
    storage.failing(Optional.empty());
    assertThat(selling.listings()).isEmpty();
    assertThat(storage.all()).isEmpty();
  }

  @Test
  void whatIsForSaleIsKeptInAFolder() throws IOException {
    SaleFolder there = new SaleFolder(folder.resolve("sales"), new SecureRandom());
    assertThat(there.all()).isEmpty();
    sold(wanted(1, 1));
    Sale sale = storage.all().getFirst();
    there.write(sale);
    there.write(sale);
    assertThat(there.all()).containsExactly(sale);
    assertThat(Files.getPosixFilePermissions(folder.resolve("sales"))).hasSize(3);
    Path file = folder.resolve("sales").resolve(MODEL.digest().hex() + ".json");
    Path misnamed = folder.resolve("sales").resolve("x.json");
    Files.move(file, misnamed);
    assertThatThrownBy(there::all).hasMessageContaining("another model's");
    Files.writeString(misnamed, "{}");
    assertThatThrownBy(there::all).hasMessageContaining("Nothing is offered");
    Files.delete(misnamed);
    there.write(sale);
    there.remove(MODEL.digest());
    there.remove(MODEL.digest());
    assertThat(there.all()).isEmpty();
  }

  @Test
  void aSaleIsReadBackAsItIsOrRefused() throws IOException {
    sold(
        new Wanted(
            MODEL.digest(),
            price(7),
            Optional.of(Amount.of(9)),
            Optional.of(100),
            2,
            3,
            Optional.of(Hours.parse("sun/00:00-24:00")),
            Optional.of(new Region("far"))));
    byte[] good = storage.all().getFirst().encode();
    String text = new String(good, StandardCharsets.UTF_8);
    malformed(text + "\n", "canonical");
    malformed(text.replace("sale/1", "sale/2"), "format");
    malformed(text.replace("\"days\":3", "\"days\":32"), "1 to 31 days");
    malformed(text.replace("\"days\":3", "\"days\":0"), "whole number");
    malformed(text.replace("00:00-24:00", "00:00-4:00"), "no span");
    malformed(text.replace("\"far\"", "\"\""), "a region has");
    malformed(text.replace("{\"context\"", "{\"a\":0,\"context\""), "unknown member");
    malformed(
        text.replaceFirst(MODEL.digest().toString(), Digest.sha256("x").toString()),
        "another model");
    malformed("{}", "lacks");
    malformed("x".repeat(Sale.LIMIT + 1), "limit");
    int read =
        Mutations.read(
            good,
            20261129,
            10_000,
            bytes ->
                Sale.decode(bytes) instanceof Parsed.Read<Sale>(Sale same)
                    ? Optional.of(same.encode())
                    : Optional.empty());
    assertThat(read).isBetween(50, 9_500);
  }

  private static void malformed(String text, String reason) {
    assertThat(Sale.decode(text.getBytes(StandardCharsets.UTF_8)))
        .as(text)
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(reason));
  }
}
