// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static dev.freehold.node.market.OfferedThings.key;
import static dev.freehold.node.market.OfferedThings.listing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.market.listing.Listing;
import dev.freehold.record.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoardTest {
  private Instant now = Instant.parse("2026-11-29T12:00:00Z");
  private final Set<NodeId> online = new HashSet<>();
  private final Board board = new Board(online::contains, () -> now, 20);

  private Listing one(int seller, int model) {
    return listing(seller, model, new Timestamp(now));
  }

  private NodeId there(int seller) {
    NodeId node = key(seller).nodeId();
    online.add(node);
    return node;
  }

  @Test
  void whatANodePublishesReplacesWhatItPublishedBefore() {
    board.publish(there(1), List.of(one(1, 1), one(1, 2)));
    board.publish(there(2), List.of(one(2, 1)));
    assertThat(board.listings()).containsExactly(one(2, 1), one(1, 1), one(1, 2));
    board.publish(there(1), List.of(one(1, 3)));
    assertThat(board.listings()).containsExactly(one(1, 3), one(2, 1));
    board.publish(there(1), List.of());
    assertThat(board.listings()).containsExactly(one(2, 1));
  }

  @Test
  void nobodyPublishesWhatIsAnothersOrDoesNotStand() {
    Listing stale = listing(1, 1, new Timestamp(now.minus(Duration.ofHours(24))));
    Listing future = listing(1, 2, new Timestamp(now.plus(Duration.ofMinutes(6))));
    Listing good = one(1, 3);
    Listing forged = new Listing(good.offer(), good.where(), good.issued(), one(1, 4).signature());
    board.publish(there(1), List.of(one(2, 1), stale, future, forged, good));
    assertThat(board.listings()).containsExactly(good);
    now = now.plus(Duration.ofHours(24));
    assertThat(board.listings()).as("it got stale").isEmpty();
  }

  @Test
  void whoIsGoneForTwoMinutesIsTakenOff() {
    board.publish(there(1), List.of(one(1, 1)));
    Listing other = one(2, 1);
    board.publish(there(2), List.of(other));
    assertThat(board.listings()).hasSize(2);
    online.remove(key(1).nodeId());
    now = now.plus(Board.ABSENT).minusMillis(1);
    assertThat(board.listings()).hasSize(2);
    now = now.plusMillis(1);
    assertThat(board.listings()).containsExactly(other);
  }

  @Test
  void aNodeHasSixteenPlacesAndAFullBoardKeepsWhatItHas() {
    board.publish(there(1), IntStream.range(0, 17).mapToObj(model -> one(1, model)).toList());
    assertThat(board.listings()).hasSize(16);
    board.publish(there(2), IntStream.range(0, 6).mapToObj(model -> one(2, model)).toList());
    assertThat(board.listings()).hasSize(20);
    board.publish(there(3), List.of(one(3, 1)));
    assertThat(board.listings()).hasSize(20).doesNotContain(one(3, 1));
    board.publish(there(1), List.of(one(1, 1)));
    board.publish(there(3), List.of(one(3, 1)));
    assertThat(board.listings()).hasSize(6).contains(one(3, 1));
  }
}
