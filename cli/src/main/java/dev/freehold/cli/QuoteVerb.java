// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import dev.freehold.record.Tier;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold quote}. */
@Command(
    name = "quote",
    description = {
      "What an answer would cost, and who would give it: the choice before it is made, best first.",
      "Nothing is asked or paid."
    })
final class QuoteVerb extends Verb {
  private static final Pattern TOKENS = Pattern.compile("([0-9]{1,9})/([0-9]{1,9})");

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "By name or digest (the catalogue's default unless given).")
  private @Nullable String model;

  @Option(
      names = "--tokens",
      paramLabel = "IN/OUT",
      description = "Of the prompt and of the answer (default ${DEFAULT-VALUE}).")
  private String tokens = "500/250";

  @Option(
      names = "--tier",
      paramLabel = "TIER",
      description =
          "Whose machines may answer: own, invited, attested or public (default"
              + " ${DEFAULT-VALUE}).")
  private Tier tier = Tier.PUBLIC;

  @Override
  int run() throws Exception {
    Matcher counts = TOKENS.matcher(tokens);
    if (!counts.matches()) {
      throw new Failure("--tokens takes two numbers, as 500/250");
    }
    Json.Obj answer =
        new MarketClient(places)
            .ask(
                "quote",
                Json.object()
                    .put("model", model)
                    .put("input", Long.parseLong(counts.group(1)))
                    .put("output", Long.parseLong(counts.group(2)))
                    .put("tier", tier.text())
                    .build());
    if (json) {
      screen.json(answer);
      return OK;
    }
    List<Json.Obj> ranked = MarketClient.objects(answer, "ranked");
    screen.line(
        OwnerClient.text(answer, "inputTokens")
            + " tokens of the prompt and "
            + OwnerClient.text(answer, "outputTokens")
            + " of the answer by "
            + OwnerClient.text(answer, "model")
            + (ranked.isEmpty() ? ": no offer fits" : ""));
    int place = 1;
    for (Json.Obj each : ranked) {
      screen.line(
          place++
              + ". "
              + OwnerClient.text(each, "cost")
              + " units, and "
              + OwnerClient.text(each, "waiting")
              + " for the time it takes; "
              + OwnerClient.text(each, "answers")
              + " answers before, "
              + OwnerClient.text(each, "broken")
              + " of them broken off");
      OffersVerb.show(screen, each);
    }
    for (Json.Obj each : MarketClient.objects(answer, "excluded")) {
      screen.line("not: " + OwnerClient.text(each, "why"));
      OffersVerb.show(screen, each);
    }
    return ranked.isEmpty() ? FAILED : OK;
  }
}
