// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold ask}. */
@Command(
    name = "ask",
    description = "Ask one question; the answer streams, then its receipt and verdict are shown.")
final class Ask extends Verb {
  /** Where others have a receipt. */
  static final String UNPROVEN = "unproven";

  @Parameters(
      arity = "1..*",
      paramLabel = "QUESTION",
      description = "The question, or - to read it.")
  private List<String> words = List.of();

  @Mixin private NodeOptions node = new NodeOptions();
  @Mixin private AnswerOptions answer = new AnswerOptions();

  @Option(names = "--no-verify", description = "Do not replay the answer.")
  private boolean unverified;

  @Override
  int run() throws Exception {
    String question = String.join(" ", words);
    if (question.equals("-")) {
      question = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    }
    try (Session session = Session.open(places, node, screen)) {
      ApiClient.Answer given =
          session
              .client()
              .chat(
                  answer.request(
                      session.model(), Json.array(AnswerOptions.message("user", question))),
                  json ? _ -> {} : screen::piece);
      AnswerCheck.Checked checked =
          unverified || given.unproven() ? null : new AnswerCheck(places).check(given.receipt());
      if (json) {
        screen.json(
            Json.object()
                .put("answer", given.text())
                .put("receipt", given.unproven() ? null : given.receipt())
                .put("proof", given.unproven() ? UNPROVEN : null)
                .put("promptTokens", given.promptTokens())
                .put("outputTokens", given.outputTokens())
                .put("tokensPerSecond", given.tokensPerSecond())
                .put("firstTokenSeconds", given.firstSeconds())
                .put("verification", checked == null ? null : checked.report())
                .build());
      } else {
        screen.line("");
        screen.note(summary(given) + (checked == null ? "" : "; " + checked.verdict()));
      }
      return checked == null || checked.valid() ? OK : FAILED;
    }
  }

  static String summary(ApiClient.Answer answer) {
    return String.format(
        Locale.ROOT,
        "[%d tokens, %.0f tokens/s, first after %.0f ms; %s]",
        answer.outputTokens(),
        answer.tokensPerSecond(),
        1000 * answer.firstSeconds(),
        answer.unproven() ? UNPROVEN + ": another engine wrote this" : answer.receipt());
  }
}
