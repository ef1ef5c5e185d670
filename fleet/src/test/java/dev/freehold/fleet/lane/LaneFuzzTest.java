// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.Kind;
import dev.freehold.fleet.job.JobError;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.testkit.Mutations;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever bytes come: an order or a message, which write the same bytes again, or a reason. */
@NullMarked
class LaneFuzzTest {
  private static final long SEED = 20_261_130;
  private static final LaneOrder ORDER =
      new LaneOrder(new LaneName("vllm"), Kind.CHAT, "{\"stream\":true}");

  @Test
  void anyBytesGiveAnOrderOrAReason() {
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = Mutations.stretched(ORDER.encode(), random);
      if (LaneOrder.decode(bytes) instanceof Parsed.Read<LaneOrder>(LaneOrder order)) {
        assertThat(order.encode()).as("seed %d, round %d", SEED, i).isEqualTo(bytes);
        read++;
      }
    }
    assertThat(read).isBetween(1, 19_999);
  }

  @Test
  void anyBytesGiveAMessageOrAReason() {
    Random random = new Random(SEED);
    LaneEvent event =
        new LaneEvent(
            Json.array(Json.object().put("text", "x").build()),
            Json.object().put("total_tokens", 3).build());
    List<LaneMessage> messages =
        List.of(
            new LaneMessage.Begun(),
            new LaneMessage.Said(event),
            new LaneMessage.Done(),
            new LaneMessage.Failed(
                new JobError(502, "down", "server_error", null, "lane_down", 0)));
    for (LaneMessage message : messages) {
      assertThat(LaneMessage.decode(message.encode())).isEqualTo(new Parsed.Read<>(message));
    }
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = Mutations.stretched(messages.get(i % messages.size()).encode(), random);
      if (LaneMessage.decode(bytes) instanceof Parsed.Read<LaneMessage>(LaneMessage message)) {
        assertThat(message.encode()).as("seed %d, round %d", SEED, i).isEqualTo(bytes);
        read++;
      }
    }
    assertThat(read).isBetween(1, 19_999);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"begun\":false}",
        "{\"begun\":true,\"done\":true}",
        "{\"done\":1}",
        "{\"event\":{\"choices\":[1]}}",
        "{\"event\":{\"choices\":[],\"id\":\"x\"}}",
        "{\"event\":{\"choices\":[],\"usage\":null}}",
        "{\"error\":{}}"
      })
  void refusesMessagesThatAreNone(String text) {
    assertThat(LaneMessage.decode(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void refusesOrdersThatNoLaneAnswers() {
    LaneName name = new LaneName("vllm");
    assertThat(new LaneOrder(name, Kind.EMBEDDING, "{\"stream\":true}").stream()).isFalse();
    assertThatThrownBy(() -> new LaneOrder(name, Kind.CHAT, "[]"))
        .hasMessageContaining("no object");
    assertThatThrownBy(() -> new LaneOrder(name, Kind.CHAT, "{")).hasMessageContaining("not JSON");
    assertThatThrownBy(() -> new LaneName("a/b")).hasMessageContaining("lane's name");
    assertThat(LaneName.ofId("unproven/vllm")).contains(name);
    assertThat(LaneName.ofId("vllm")).isEmpty();
    assertThat(LaneName.ofId("unproven/")).isEmpty();
  }
}
