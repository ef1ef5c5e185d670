// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

import static dev.freehold.market.listing.Listings.after;
import static dev.freehold.market.listing.Listings.at;
import static dev.freehold.market.listing.Listings.listing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.Statement;
import dev.freehold.market.listing.Listing;
import dev.freehold.market.listing.Listings;
import dev.freehold.market.match.Candidate;
import dev.freehold.market.match.History;
import dev.freehold.market.offer.Sellers;
import dev.freehold.market.offer.SignedOffer;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import dev.freehold.testkit.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OfferTableTest {
  private static final Source RELAY = source(Source.Kind.RELAY, 200);
  private static final Source OTHER = source(Source.Kind.RELAY, 201);
  private static final Source PEER = source(Source.Kind.PEER, 202);
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir private Path folder = Path.of("");
  private final MemoryTable storage = new MemoryTable();
  private final Map<NodeId, Standing> standings = new HashMap<>();
  private Timestamp now = after(60_000);
  private OfferTable table = table(new Bounds(6, 4, 2, 2));

  private static Source source(Source.Kind kind, int node) {
    return new Source(kind, node(node));
  }

  private static NodeId node(int number) {
    return Sellers.evidence(number).nodeId();
  }

  private static Statement.Model model(int number) {
    return new Statement.Model(Digest.sha256("model " + number), "m" + number);
  }

  private OfferTable table(Bounds bounds) {
    try {
      return OfferTable.open(
          storage,
          bounds,
          seller -> standings.getOrDefault(seller, Standing.UNKNOWN),
          () -> now.instant());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void taken(Listing listing, Source source) {
    assertThat(table.take(listing, source)).isInstanceOf(Reception.Taken.class);
  }

  private void dropping(Listing dropped, Listing listing, Source source) {
    assertThat(table.take(listing, source)).isEqualTo(new Reception.Taken(Optional.of(dropped)));
  }

  private void refused(String why, Listing listing, Source source) {
    assertThat(table.take(listing, source))
        .isInstanceOfSatisfying(
            Reception.Refused.class, refused -> assertThat(refused.why()).contains(why));
  }

  private List<Listing> held() {
    return table.entries().stream().map(Listed::listing).toList();
  }

  private List<Candidate> candidates(Digest model) {
    return table.candidates(model, _ -> Tier.PUBLIC, _ -> History.NONE);
  }

  @Test
  void whatStandsIsACandidateAndItsSellerIsFound() {
    Listing one = listing(1, after(0));
    taken(one, RELAY);
    taken(listing(2, model(2), after(0)), PEER);
    assertThat(candidates(Sellers.MODEL.digest()))
        .containsExactly(new Candidate(one.offer().offer(), Tier.PUBLIC, History.NONE));
    assertThat(candidates(model(3).digest())).isEmpty();
    assertThat(table.whereabouts(node(1))).contains(at("wss://r"));
    assertThat(table.whereabouts(node(3))).isEmpty();
    assertThat(table.take(one, OTHER)).isEqualTo(new Reception.Known());
    assertThat(table.entries().getFirst().source()).as("who brought it first").isEqualTo(RELAY);
  }

  @Test
  void whatDoesNotStandIsRefusedForItsReason() {
    Listing one = listing(1, after(0));
    refused(
        "did not sign this listing",
        new Listing(one.offer(), at("wss://x"), one.issued(), one.signature()),
        RELAY);
    refused("in the future", listing(1, after(60_000 + 300_001)), RELAY);
    now = after(DAY.toMillis());
    refused("stale", one, RELAY);
    assertThat(held()).isEmpty();
  }

  @Test
  void theLaterReplacesTheEarlierAndAnAddressChanges() {
    Listing first = listing(1, after(0));
    taken(first, RELAY);
    Listing moved = Listing.sign(first.offer(), at("wss://moved"), after(9), Sellers.evidence(1));
    dropping(first, moved, OTHER);
    assertThat(table.take(first, RELAY)).isEqualTo(new Reception.Outdated());
    assertThat(table.whereabouts(node(1))).contains(at("wss://moved"));
    assertThat(table.entries()).containsExactly(new Listed(moved, RELAY));
    Listing cheaper =
        Listing.sign(
            Listings.offer(1, Sellers.MODEL, 99, 1, after(20)),
            at("wss://moved"),
            after(20),
            Sellers.evidence(1));
    dropping(moved, cheaper, OTHER);
    assertThat(candidates(Sellers.MODEL.digest()).getFirst().offer())
        .isEqualTo(cheaper.offer().offer());
  }

  @Test
  void anEarlierOfferDoesNotComeBackInALaterListing() {
    Listing first = listing(1, after(0));
    Listing withdrawn =
        Listing.sign(
            Listings.offer(1, Sellers.MODEL, 100, 0, after(5)),
            at("wss://r"),
            after(5),
            Sellers.evidence(1));
    taken(first, RELAY);
    dropping(first, withdrawn, RELAY);
    Listing again = Listing.sign(first.offer(), at("wss://r"), after(9), Sellers.evidence(1));
    assertThat(table.take(again, RELAY)).isEqualTo(new Reception.Outdated());
    assertThat(table.take(first, RELAY)).isEqualTo(new Reception.Outdated());
  }

  @Test
  void whatIsStaleOrHasExpiredGoes() {
    taken(listing(1, after(0)), RELAY);
    taken(listing(2, after(10)), RELAY);
    now = after(DAY.toMillis() + 5);
    assertThat(candidates(Sellers.MODEL.digest())).hasSize(1);
    assertThat(held()).containsExactly(listing(2, after(10)));
    now = after(2 * DAY.toMillis());
    assertThat(held()).isEmpty();
    assertThat(table.whereabouts(node(2))).isEmpty();
  }

  @Test
  void oneWhoContradictsItselfIsSetAsideAndTheProofIsKept() throws IOException {
    Listing first = listing(1, after(0));
    Listing second =
        Listing.sign(
            Listings.offer(1, Sellers.MODEL, 7, 1, after(0)),
            at("wss://r"),
            after(1),
            Sellers.evidence(1));
    taken(first, RELAY);
    taken(listing(1, model(2), after(0)), RELAY);
    taken(listing(2, after(0)), RELAY);
    Contradiction evidence = new Contradiction(first, second);
    assertThat(table.take(second, OTHER)).isEqualTo(new Reception.Contradicted(evidence));
    assertThat(held()).containsExactly(listing(2, after(0)));
    refused("set aside", listing(1, model(3), after(5)), OTHER);
    table.save();
    table = table(Bounds.DEFAULT);
    assertThat(table.contradictions()).containsExactly(evidence);
    refused("set aside", listing(1, model(3), after(5)), OTHER);
    now = evidence.until();
    assertThat(table.contradictions()).as("nothing of then counts any more").isEmpty();
    taken(listing(1, now), OTHER);
    assertThatThrownBy(() -> new Contradiction(first, listing(2, after(0))))
        .hasMessageContaining("don't contradict");
  }

  @Test
  void aForgedContradictionSetsNobodyAside() {
    Listing first = listing(1, after(0));
    taken(first, RELAY);
    Listing forged = new Listing(first.offer(), at("wss://x"), first.issued(), first.signature());
    refused("did not sign", forged, OTHER);
    assertThat(held()).containsExactly(first);
    assertThat(table.contradictions()).isEmpty();
  }

  @Test
  void theContradictionsAreBoundedAndThoseOfNobodyGoFirst() {
    standings.put(node(1), Standing.BONDED);
    for (int seller = 1; seller <= 3; seller++) {
      taken(listing(seller, after(0)), RELAY);
      Listing second =
          Listing.sign(
              listing(seller, after(0)).offer(), at("wss://s"), after(0), Sellers.evidence(seller));
      assertThat(table.take(second, RELAY)).isInstanceOf(Reception.Contradicted.class);
    }
    assertThat(table.contradictions())
        .extracting(Contradiction::seller)
        .containsExactly(node(1), node(3));
  }

  @Test
  void ofASellersOwnListingsTheOldestGoes() {
    Listing first = listing(1, model(1), after(0));
    taken(first, RELAY);
    taken(listing(1, model(2), after(1)), RELAY);
    dropping(first, listing(1, model(3), after(2)), RELAY);
    refused("2 listings of this seller", listing(1, model(4), after(0)), RELAY);
  }

  @Test
  void aSourceFillsItsQuotaAndNoMore() {
    for (int seller = 1; seller <= 4; seller++) {
      taken(listing(seller, after(seller)), RELAY);
    }
    refused("4 listings of this source", listing(5, after(9)), RELAY);
    taken(listing(5, after(9)), OTHER);
    standings.put(node(6), Standing.REGISTERED);
    dropping(listing(1, after(1)), listing(6, after(0)), RELAY);
    refused("4 listings of this source", listing(7, after(9)), RELAY);
  }

  @Test
  void inAFullTableStandingCountsThenTheSourceThatBroughtLessThenWhoWasThere() {
    for (int seller = 1; seller <= 4; seller++) {
      taken(listing(seller, after(seller)), RELAY);
    }
    taken(listing(5, after(0)), OTHER);
    taken(listing(6, after(0)), OTHER);
    dropping(listing(1, after(1)), listing(7, after(0)), PEER);
    refused("the table is full", listing(8, after(9)), OTHER);
    standings.put(node(2), Standing.USED);
    standings.put(node(9), Standing.BONDED);
    dropping(listing(3, after(3)), listing(9, after(0)), OTHER);
    standings.put(node(5), Standing.REGISTERED);
    standings.put(node(4), Standing.REGISTERED);
    standings.put(node(6), Standing.REGISTERED);
    standings.put(node(7), Standing.REGISTERED);
    refused("the table is full", listing(10, after(9)), source(Source.Kind.SELLER, 10));
    assertThat(held()).hasSize(6);
    now = after(DAY.toMillis() + 3);
    taken(listing(10, now), source(Source.Kind.SELLER, 10));
    assertThat(held()).as("what was stale made room").hasSize(2);
  }

  @Test
  void aFloodOfKeysCostsNobodyOfAnotherSourceOrOfBetterStandingAPlace() {
    table = table(new Bounds(60, 40, 2, 2));
    standings.put(node(1), Standing.USED);
    taken(listing(1, after(0)), RELAY);
    for (int seller = 2; seller <= 11; seller++) {
      taken(listing(seller, after(0)), PEER);
    }
    for (int seller = 100; seller < 200; seller++) {
      assertThat(table.take(listing(seller, after(0)), RELAY))
          .isInstanceOf(seller < 139 ? Reception.Taken.class : Reception.Refused.class);
    }
    for (int seller = 300; seller < 400; seller++) {
      Reception _ = table.take(listing(seller, after(0)), OTHER);
    }
    List<NodeId> sellers = held().stream().map(Listing::seller).toList();
    assertThat(sellers).hasSize(60).contains(node(1));
    assertThat(sellers)
        .containsAll(IntStream.rangeClosed(2, 11).mapToObj(OfferTableTest::node).toList());
  }

  /** The crash table: the only write, for each fault. */
  @ParameterizedTest
  @EnumSource(MemoryTable.Fault.class)
  void whateverTheDiskDoesTheOldTableIsThereOrTheNewOne(MemoryTable.Fault fault)
      throws IOException {
    taken(listing(1, after(0)), RELAY);
    table.save();
    table.save();
    assertThat(storage.writes()).as("nothing had changed").isEqualTo(1);
    taken(listing(2, after(0)), RELAY);
    storage.failing(Optional.of(fault));
    assertThatThrownBy(() -> table.save()).hasMessageContaining("disk is full");
    assertThat(held()).as("it goes on in memory").hasSize(2);
    OfferTable crashed = table(Bounds.DEFAULT);
    assertThat(crashed.entries()).hasSize(fault == MemoryTable.Fault.FAILS ? 1 : 2);
    storage.failing(Optional.empty());
    table.save();
    assertThat(table(Bounds.DEFAULT).entries()).isEqualTo(table.entries()).hasSize(2);
  }

  @Test
  void whatIsTooMuchOrNoLongerCountsIsLeftOutWhenTheTableIsRead() throws IOException {
    for (int seller = 1; seller <= 4; seller++) {
      taken(listing(seller, after(seller)), RELAY);
    }
    table.save();
    table = table(new Bounds(3, 3, 3, 3));
    assertThat(held()).hasSize(3);
    now = after(DAY.toMillis() + 2);
    table = table(Bounds.DEFAULT);
    assertThat(held()).hasSize(2);
  }

  @Test
  void aDamagedFileIsNamedAndAFileIsItsOwnersAlone() throws IOException {
    Path file = folder.resolve("offers.json");
    TableFile there = new TableFile(file, new SecureRandom());
    OfferTable one =
        OfferTable.open(there, Bounds.DEFAULT, _ -> Standing.UNKNOWN, () -> now.instant());
    assertThat(one.take(listing(1, after(0)), RELAY)).isInstanceOf(Reception.Taken.class);
    one.save();
    assertThat(
            OfferTable.open(there, Bounds.DEFAULT, _ -> Standing.UNKNOWN, () -> now.instant())
                .entries())
        .isEqualTo(one.entries());
    assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    Files.writeString(file, "{}");
    assertThatThrownBy(
            () ->
                OfferTable.open(there, Bounds.DEFAULT, _ -> Standing.UNKNOWN, () -> now.instant()))
        .hasMessageContaining("offers.json")
        .hasMessageContaining("Remove it");
  }

  @Test
  void aTablesFileIsReadBackAsItIsOrRefused() {
    Listing first = listing(1, after(0));
    Listing second = Listing.sign(first.offer(), at("wss://s"), after(0), Sellers.evidence(1));
    TableContent content =
        new TableContent(
            List.of(new Listed(listing(2, after(0)), PEER)),
            List.of(new Contradiction(first, second)));
    byte[] good = content.encode();
    assertThat(TableContent.decode(good)).isEqualTo(new Parsed.Read<>(content));
    String text = new String(good, StandardCharsets.UTF_8);
    malformed(text + "\n", "canonical");
    malformed(text.replace("table/1", "table/2"), "format");
    malformed(text.replace("\"peer did", "\"friend did"), "a source is");
    malformed(text.replace("\"peer did:key:", "\"peer did:kez:"), "no did:key");
    malformed(text.replace("{\"first\"", "{\"a\":0,\"first\""), "unknown member");
    malformed(text.replace("{\"listing\"", "{\"a\":0,\"listing\""), "unknown member");
    malformed(text.replace("wss://s", "wss://r"), "don't contradict");
    malformed("{}", "lacks");
    int read =
        Mutations.read(
            good,
            20261129,
            4_000,
            bytes ->
                TableContent.decode(bytes) instanceof Parsed.Read<TableContent>(TableContent same)
                    ? Optional.of(same.encode())
                    : Optional.empty());
    assertThat(read).isBetween(50, 3_900);
  }

  private static void malformed(String text, String reason) {
    assertThat(TableContent.decode(text.getBytes(StandardCharsets.UTF_8)))
        .as(text)
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(reason));
  }

  @Test
  void boundsAndOffersAreRealOnes() {
    assertThatThrownBy(() -> new Bounds(0, 1, 1, 1)).hasMessageContaining("positive");
    assertThatThrownBy(() -> new Bounds(4_001, 1, 1, 1)).hasMessageContaining("at most 4,000");
    assertThat(Source.parse(RELAY.toString())).isEqualTo(RELAY);
    SignedOffer offer = listing(1, after(0)).offer();
    assertThat(offer.fault(after(0))).isEmpty();
  }
}
