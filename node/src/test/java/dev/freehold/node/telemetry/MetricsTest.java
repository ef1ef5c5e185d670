// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.node.telemetry.Metrics.Reading;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class MetricsTest {
  @Test
  void strangersCannotMakeUpSeries() {
    Metrics metrics = new Metrics();
    for (int i = 0; i < 1000; i++) {
      metrics.request("BREW" + i, "other", 405);
    }
    assertThat(metrics.text(List.of()).lines().filter(l -> l.contains("requests_total{")))
        .containsExactly(
            "freehold_requests_total{method=\"other\",path=\"other\",status=\"405\"} 1000");
  }

  @Test
  void writesPrometheusText() {
    Metrics metrics = new Metrics();
    metrics.request("POST", "/v1/completions", 200);
    metrics.request("POST", "/v1/completions", 200);
    metrics.request("GET", "/metrics", 200);
    metrics.tokens(7, 3, 20);
    metrics.firstToken(Duration.ofMillis(30));
    metrics.firstToken(Duration.ofSeconds(100));
    metrics.nextTokens(Duration.ofMillis(2), 19);
    String text =
        metrics.text(
            List.of(
                new Reading("freehold_x", "gauge", "An x.", "model", "a \"b\"\\", 2.5),
                new Reading("freehold_x", "gauge", "An x.", "model", "c", 3)));
    assertThat(text.lines())
        .contains(
            "freehold_requests_total{method=\"POST\",path=\"/v1/completions\",status=\"200\"} 2",
            "freehold_prompt_tokens_total 7",
            "freehold_prompt_tokens_cached_total 3",
            "freehold_output_tokens_total 20",
            "freehold_time_to_first_token_seconds_bucket{le=\"0.025\"} 0",
            "freehold_time_to_first_token_seconds_bucket{le=\"0.05\"} 1",
            "freehold_time_to_first_token_seconds_bucket{le=\"60.0\"} 1",
            "freehold_time_to_first_token_seconds_bucket{le=\"+Inf\"} 2",
            "freehold_time_to_first_token_seconds_count 2",
            "freehold_time_per_output_token_seconds_count 19",
            "freehold_x{model=\"a \\\"b\\\"\\\\\"} 2.5",
            "freehold_x{model=\"c\"} 3")
        .allMatch(
            line ->
                line.startsWith("# HELP freehold_")
                    || line.startsWith("# TYPE freehold_")
                    || line.matches("freehold_[a-z_]+(\\{.*})? [0-9.E+-]+"));
    assertThat(text.lines().filter(line -> line.equals("# TYPE freehold_x gauge"))).hasSize(1);
  }

  @Test
  void theLogTurnsOverBeforeItGrowsTooLong(@TempDir Path home) throws IOException {
    Json.Obj long1 = Json.object().put("text", "x".repeat(1 << 20)).build();
    try (EventLog log = new EventLog(home, () -> Instant.EPOCH)) {
      for (int i = 0; i < 12; i++) {
        log.event("filled", long1);
      }
    }
    assertThat(Files.size(home.resolve("node.log"))).isLessThan(10 << 20);
    assertThat(home.resolve("node.log.1")).exists();
    String first = Files.readString(home.resolve("node.log")).lines().findFirst().orElseThrow();
    assertThat(first).startsWith("{\"time\":\"1970-01-01T00:00:00Z\",\"event\":\"filled\"");
  }
}
