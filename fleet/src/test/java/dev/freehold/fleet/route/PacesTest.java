// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Who is asked first, and what changes that. */
@NullMarked
class PacesTest {
  private static final Digest MODEL = Digest.sha256(new byte[] {1});
  private static final NodeId NEAR = node(1);
  private static final NodeId FAR = node(2);

  private final AtomicLong now = new AtomicLong();
  private final Paces paces = new Paces(now::get);

  private static NodeId node(int seed) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) seed;
    return SigningKey.ofSeed(bytes).nodeId();
  }

  private List<NodeId> order(int tokens) {
    return order(tokens, 0, Optional.empty());
  }

  private List<NodeId> order(int tokens, double waves, Optional<Paces.Warm> warm) {
    return paces.order(
        MODEL,
        List.of(new Paces.Candidate(NEAR, waves), new Paces.Candidate(FAR, 0)),
        tokens,
        warm);
  }

  private void answered(NodeId machine, int firstMillis, int tokensPerSecond) {
    paces.answered(
        machine,
        MODEL,
        Duration.ofMillis(firstMillis),
        Duration.ofNanos(100_000_000_000L / tokensPerSecond),
        101);
  }

  @Test
  void theNearestIsAskedWhereNothingIsKnownAndThenEachOnce() {
    assertThat(order(100)).containsExactly(NEAR, FAR);
    answered(NEAR, 100, 100);
    assertThat(order(100)).containsExactly(FAR, NEAR);
    answered(FAR, 100, 50);
    assertThat(order(100)).containsExactly(NEAR, FAR);
  }

  @Test
  void aShortAnswerGoesToTheOneThatBeginsSoonerAndALongOneToTheFaster() {
    answered(NEAR, 10, 10);
    answered(FAR, 500, 1000);
    assertThat(order(2)).containsExactly(NEAR, FAR);
    assertThat(order(200)).containsExactly(FAR, NEAR);
  }

  @Test
  void aMachineThatHasToFinishOthersFirstComesLater() {
    answered(NEAR, 100, 100);
    answered(FAR, 150, 90);
    assertThat(order(100, 0, Optional.empty())).containsExactly(NEAR, FAR);
    assertThat(order(100, 1, Optional.empty())).containsExactly(FAR, NEAR);
  }

  @Test
  void aMachineThatComputedThePromptBeforeComesFirst() {
    answered(NEAR, 1000, 100);
    answered(FAR, 1100, 100);
    assertThat(order(10, 0, Optional.of(new Paces.Warm(FAR, 0.9)))).containsExactly(FAR, NEAR);
    assertThat(order(10, 0, Optional.of(new Paces.Warm(FAR, 0.05)))).containsExactly(NEAR, FAR);
  }

  @Test
  void aMachineThatFailedComesLastForAMinute() {
    answered(NEAR, 10, 1000);
    answered(FAR, 1000, 10);
    paces.failed(NEAR);
    assertThat(order(100)).containsExactly(FAR, NEAR);
    now.addAndGet(Paces.AVOIDED.toNanos() + 1);
    assertThat(order(100)).containsExactly(NEAR, FAR);
  }

  @Test
  void whatIsOldIsMeasuredAnew() {
    answered(NEAR, 10, 1000);
    answered(FAR, 1000, 10);
    assertThat(order(100)).containsExactly(NEAR, FAR);
    now.addAndGet(Paces.KEPT.toNanos() + 1);
    answered(NEAR, 10, 1000);
    assertThat(order(100)).containsExactly(FAR, NEAR);
  }

  @Test
  void onePromptIsFoundByItsLongestBeginning() {
    Warmth warmth = new Warmth();
    List<Digest> first = beginnings("{\"role\":\"system\"}", "{\"content\":\"a\"}");
    List<Digest> longer =
        beginnings("{\"role\":\"system\"}", "{\"content\":\"a\"}", "{\"content\":\"b\"}");
    List<Digest> other = beginnings("{\"role\":\"system\"}", "{\"content\":\"c\"}");
    warmth.computed(first, NEAR);
    assertThat(warmth.find(longer)).contains(new Paces.Warm(NEAR, 2.0 / 3));
    warmth.computed(other, FAR);
    assertThat(warmth.find(longer).orElseThrow().machine()).isEqualTo(NEAR);
    assertThat(warmth.find(beginnings("{\"role\":\"user\"}"))).isEmpty();
    assertThat(Warmth.beginnings(Json.parse("[]"))).isEmpty();
    assertThat(Warmth.beginnings(Json.parse("{\"prompt\":\"short\"}"))).isEmpty();
    assertThat(Warmth.beginnings(Json.parse("{\"prompt\":\"" + "x".repeat(1100) + "\"}")))
        .hasSize(2);
  }

  private static List<Digest> beginnings(String... messages) {
    return Warmth.beginnings(Json.parse("{\"messages\":[" + String.join(",", messages) + "]}"));
  }
}
