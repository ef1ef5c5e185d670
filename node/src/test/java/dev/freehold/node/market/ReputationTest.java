// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.market.match.History;
import dev.freehold.market.table.Standing;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReputationTest {
  private static final NodeId ONE = OfferedThings.key(1).nodeId();
  private static final Map<NodeId, Standing> STANDINGS = Map.of(ONE, Standing.BONDED);

  private static Standing standing(History bought) {
    Reputation reputation = new Reputation();
    assertThat(reputation.of(ONE)).isEqualTo(Standing.UNKNOWN);
    reputation.registered(seller -> STANDINGS.getOrDefault(seller, Standing.UNKNOWN));
    assertThat(reputation.of(ONE)).isEqualTo(Standing.BONDED);
    reputation.bought(_ -> bought);
    return reputation.of(ONE);
  }

  @Test
  void aWholeAnswerThatNoCheckFailedSpeaksForASellerElseTheRegistryDoes() {
    assertThat(standing(History.NONE)).isEqualTo(Standing.BONDED);
    assertThat(standing(new History(3, 2, 0, Optional.empty()))).isEqualTo(Standing.USED);
    assertThat(standing(new History(3, 3, 0, Optional.empty())))
        .as("nothing whole came")
        .isEqualTo(Standing.BONDED);
    assertThat(standing(new History(9, 0, 1, Optional.empty())))
        .as("it lied")
        .isEqualTo(Standing.BONDED);
  }
}
