// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an answer is drawn. */
final class AnswerOptions {
  @Option(names = "--max-tokens", description = "Longest answer in tokens.")
  private int maxTokens = 512;

  @Option(names = "--temperature", description = "0 always takes the likeliest token.")
  private double temperature = 0.7;

  @Option(names = "--seed", description = "The same seed gives the same answer.")
  private @Nullable Long seed;

  Json.Obj request(String model, Json.Arr messages) {
    Json.Builder request =
        Json.object()
            .put("model", model)
            .put("messages", messages)
            .put("max_tokens", maxTokens)
            .put("temperature", temperature);
    return (seed == null ? request : request.put("seed", (long) seed)).build();
  }

  static Json.Obj message(String role, String content) {
    return Json.object().put("role", role).put("content", content).build();
  }
}
