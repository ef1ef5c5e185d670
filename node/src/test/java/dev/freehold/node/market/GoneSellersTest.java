// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.Digest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A seller of whom nothing is wanted for an hour on end is given up, and no other is. */
class GoneSellersTest {
  private static final NodeId ONE = node("one");
  private static final NodeId OTHER = node("other");

  private final List<NodeId> known = new ArrayList<>(List.of(ONE, OTHER));
  private final Set<NodeId> wanted = new HashSet<>(Set.of(ONE, OTHER));
  private final List<NodeId> givenUp = new ArrayList<>();
  private Duration now = Duration.ofHours(-1);

  private final GoneSellers gone =
      new GoneSellers(
          new GoneSellers.Sellers() {
            @Override
            public List<NodeId> all() {
              return List.copyOf(known);
            }

            @Override
            public boolean wanted(NodeId seller) {
              return wanted.contains(seller);
            }

            @Override
            public void giveUp(NodeId seller) {
              givenUp.add(seller);
              known.remove(seller);
            }
          },
          () -> now.toNanos());

  private static NodeId node(String name) {
    return SigningKey.ofSeed(Digest.sha256(name).bytes()).nodeId();
  }

  private void pass(Duration time) {
    Duration end = now.plus(time);
    while (now.compareTo(end) < 0) {
      now = now.plusMinutes(1);
      gone.look();
    }
  }

  @Test
  void whoIsWantedIsNeverGivenUp() {
    pass(Duration.ofDays(2));
    assertThat(givenUp).isEmpty();
  }

  @Test
  void whoIsUnwantedForAnHourIsGivenUpOnceAndTheOthersAreNot() {
    pass(Duration.ofHours(3));
    wanted.remove(ONE);
    pass(GoneSellers.PATIENCE);
    assertThat(givenUp).as("counted from the first look").isEmpty();
    pass(Duration.ofMinutes(1));
    assertThat(givenUp).containsExactly(ONE);
    pass(Duration.ofDays(1));
    assertThat(givenUp).containsExactly(ONE);
  }

  @Test
  void theHourBeginsAnewForWhoCameBackInBetween() {
    wanted.remove(ONE);
    pass(Duration.ofMinutes(59));
    wanted.add(ONE);
    pass(Duration.ofMinutes(1));
    wanted.remove(ONE);
    pass(Duration.ofMinutes(59));
    assertThat(givenUp).isEmpty();
    pass(Duration.ofMinutes(2));
    assertThat(givenUp).containsExactly(ONE);
  }

  @Test
  void whoseAccountIsMadeAnewAfterItWasGivenUpHasAnotherHour() {
    wanted.remove(ONE);
    pass(GoneSellers.PATIENCE.plusMinutes(1));
    known.add(ONE);
    pass(Duration.ofMinutes(59));
    assertThat(givenUp).containsExactly(ONE);
    pass(Duration.ofMinutes(2));
    assertThat(givenUp).containsExactly(ONE, ONE);
  }
}
