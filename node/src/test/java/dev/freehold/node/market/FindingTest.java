// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static dev.freehold.node.market.OfferedThings.key;
import static dev.freehold.node.market.OfferedThings.listing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.Link;
import dev.freehold.link.LinkSettings;
import dev.freehold.link.Links;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.relay.Relay;
import dev.freehold.link.relay.RelaySettings;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.link.stream.StreamCancelled;
import dev.freehold.market.listing.Listing;
import dev.freehold.market.listing.Place;
import dev.freehold.market.listing.Whereabouts;
import dev.freehold.market.table.Bounds;
import dev.freehold.market.table.Listed;
import dev.freehold.market.table.OfferTable;
import dev.freehold.market.table.Source;
import dev.freehold.market.table.Standing;
import dev.freehold.market.table.TableFile;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that know nothing but a relay, over loopback. */
class FindingTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Clock CLOCK = Clock.systemUTC();
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder = Path.of("");
  private final List<AutoCloseable> open = new ArrayList<>();
  private final SigningKey relayKey = SigningKey.generate(RANDOM);
  private final Relay relay = relay();

  /** A node of the market. */
  private final class Member {
    private final SigningKey key;
    private final Links links;
    private final OfferTable table;
    private final Finding finding;
    private final List<Listing> sells = new CopyOnWriteArrayList<>();
    private final List<Finding.Asked> asks = new CopyOnWriteArrayList<>();
    private final Set<NodeId> fleet = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();

    Member(int number) throws IOException {
      key = key(number);
      links =
          Links.start(
              LinkSettings.DEFAULT.withRelays(List.of(relay.address())),
              key,
              _ -> true,
              RANDOM,
              MonotonicClock.system());
      open.add(links);
      table =
          OfferTable.open(
              new TableFile(folder.resolve("offers" + number), RANDOM),
              Bounds.DEFAULT,
              _ -> Standing.UNKNOWN,
              CLOCK);
      asks.add(
          new Finding.Asked(
              new Source(Source.Kind.RELAY, relayKey.nodeId()),
              NodeAddress.behind(relayKey.nodeId(), relay.address())));
      finding =
          Finding.start(
              new Finding.Parts(
                  key.nodeId(),
                  table,
                  () -> List.copyOf(sells),
                  fleet::contains,
                  () -> List.copyOf(asks),
                  address -> {
                    Link link = links.to(address);
                    if (!link.awaitUp(LONG)) {
                      throw new IOException("not reached: " + link.state());
                    }
                    return link.open(OfferStream.PROTOCOL);
                  },
                  CLOCK,
                  MonotonicClock.system(),
                  (event, _) -> events.add(event)));
      open.add(finding);
      links.serve(OfferStream.PROTOCOL, finding::serve);
    }

    List<Listing> knows() {
      return table.entries().stream().map(Listed::listing).toList();
    }

    NodeAddress address() {
      return NodeAddress.behind(key.nodeId(), relay.address());
    }
  }

  private Relay relay() {
    try {
      Relay made =
          Relay.start(
              RelaySettings.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
              relayKey,
              RANDOM,
              MonotonicClock.system());
      open.add(made);
      return made;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void board() throws IOException {
    open.add(Board.serve(relay, relay.address(), relayKey, CLOCK, RANDOM));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private static Timestamp now() {
    return new Timestamp(CLOCK.instant());
  }

  private static void await(BooleanSupplier what) throws InterruptedException {
    long end = System.nanoTime() + LONG.toNanos();
    while (!what.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(20);
    }
  }

  @Test
  void twoNodesThatKnowOnlyARelayFindEachOther() throws Exception {
    Member seller = new Member(1);
    Member buyer = new Member(2);
    Listing first = listing(1, 1, now());
    seller.sells.add(first);
    buyer.finding.now();
    await(
        () -> {
          // Asked again until the seller has published.
          if (buyer.knows().isEmpty()) {
            buyer.finding.now();
          }
          return buyer.knows().equals(List.of(first));
        });
    assertThat(buyer.table.entries().getFirst().source())
        .isEqualTo(new Source(Source.Kind.RELAY, relayKey.nodeId()));
    assertThat(seller.knows()).as("nobody finds himself").isEmpty();

    Listing changed = listing(1, 1, new Timestamp(first.issued().instant().plusMillis(1)));
    seller.sells.set(0, changed);
    await(
        () -> {
          buyer.finding.now();
          return buyer.knows().equals(List.of(changed));
        });
    assertThat(seller.finding.asked().values())
        .allSatisfy(last -> assertThat(last.problem()).isEqualTo(Optional.empty()));
    buyer.finding.close();
    OfferTable again =
        OfferTable.open(
            new TableFile(folder.resolve("offers2"), RANDOM),
            Bounds.DEFAULT,
            _ -> Standing.UNKNOWN,
            CLOCK);
    assertThat(again.entries()).as("after a restart").isEqualTo(buyer.table.entries());
  }

  @Test
  void membersAreToldAllAndStrangersOnlyWhatIsSoldHere() throws Exception {
    Member one = new Member(1);
    Member other = new Member(2);
    Listing own = listing(1, 1, now());
    Listing thirds = listing(3, 1, now());
    one.asks.clear();
    other.asks.clear();
    one.sells.add(own);
    one.table.take(thirds, new Source(Source.Kind.SELLER, key(3).nodeId()));
    Source source = new Source(Source.Kind.PEER, one.key.nodeId());
    other.asks.add(new Finding.Asked(source, one.address()));
    await(() -> other.knows().equals(List.of(own)));
    one.fleet.add(other.key.nodeId());
    other.finding.now();
    await(() -> other.knows().size() == 2);
    assertThat(other.knows()).containsExactly(own, thirds);
    assertThat(other.table.entries()).allMatch(listed -> listed.source().equals(source));
  }

  @Test
  void aSellerThatContradictsItselfIsToldOf() throws Exception {
    Member one = new Member(1);
    Timestamp at = now();
    Listing said = listing(3, 1, at);
    Listing also =
        Listing.sign(
            said.offer(),
            Whereabouts.of(List.of(new Place("wss://elsewhere:1")), List.of()),
            at,
            key(3));
    Member liar = new Member(3);
    liar.asks.clear();
    one.asks.clear();
    one.asks.add(
        new Finding.Asked(new Source(Source.Kind.SELLER, key(3).nodeId()), liar.address()));
    liar.sells.add(said);
    await(() -> one.knows().equals(List.of(said)));
    liar.sells.set(0, also);
    one.finding.now();
    await(() -> !one.table.contradictions().isEmpty());
    assertThat(one.knows()).isEmpty();
    await(() -> one.events.contains("seller-set-aside"));
    assertThat(Finding.unheard(one.table, List.of(liar.address()))).hasSize(1);
  }

  @Test
  void whoeverSendsJunkOrTooMuchIsCutOffAndNothingOfItIsTaken() throws Exception {
    Member one = new Member(1);
    Links stranger =
        Links.start(
            LinkSettings.DEFAULT.withRelays(List.of(relay.address())),
            key(9),
            _ -> true,
            RANDOM,
            MonotonicClock.system());
    open.add(stranger);
    Link link = stranger.to(one.address());
    assertThat(link.awaitUp(LONG)).isTrue();
    Listing own = listing(9, 1, now());
    try (LinkStream stream = link.open(OfferStream.PROTOCOL)) {
      Messages messages = stream.messages(100);
      messages.send("junk".getBytes(StandardCharsets.UTF_8));
      messages.send(listing(8, 1, now()).encode());
      messages.send(own.encode());
      stream.end();
      assertThat(messages.receive()).isEmpty();
    }
    await(() -> !one.knows().isEmpty());
    assertThat(one.knows()).as("its own, not another's").containsExactly(own);
    assertThat(one.table.entries().getFirst().source())
        .isEqualTo(new Source(Source.Kind.SELLER, key(9).nodeId()));
    try (LinkStream stream = link.open(OfferStream.PROTOCOL)) {
      Messages messages = stream.messages(100);
      for (int i = 0; i < 17; i++) {
        messages.send(own.encode());
      }
      assertThatThrownBy(messages::receive).isInstanceOf(StreamCancelled.class);
    }
    try (LinkStream stream = link.open(OfferStream.PROTOCOL)) {
      Messages messages = stream.messages(100);
      messages.send(new byte[Listing.LIMIT + 1]);
      assertThatThrownBy(messages::receive).isInstanceOf(StreamCancelled.class);
    }
    assertThat(one.knows()).containsExactly(own);
  }
}
