// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold sell}. */
@Command(
    name = "sell",
    description = {
      "Sell answers of a model to strangers: a signed offer, published to the relays and the fleet.",
      "It offers nothing that this machine can't serve, and says why. Your own requests go first.",
      "Without a node that runs, it counts from the next start on."
    })
final class SellVerb extends Verb {
  @Parameters(arity = "0..1", paramLabel = "MODEL", description = "By name or digest.")
  private @Nullable String model;

  @Option(
      names = "--input-price",
      paramLabel = "UNITS",
      description = "For a million tokens of the prompt, in the token's smallest unit.")
  private @Nullable String input;

  @Option(
      names = "--output-price",
      paramLabel = "UNITS",
      description = "For a million tokens of the answer.")
  private @Nullable String output;

  @Option(
      names = "--window",
      paramLabel = "UNITS",
      description = "How much is served ahead of payment (the configuration's, unless given).")
  private @Nullable String window;

  @Option(
      names = "--context",
      paramLabel = "TOKENS",
      description = "Of prompt and answer together (as much as fits, unless given).")
  private @Nullable Integer context;

  @Option(names = "--streams", description = "Answers at a time (default ${DEFAULT-VALUE}).")
  private int streams = 1;

  @Option(
      names = "--days",
      description = "For how long an offer is signed, 1 to 31 (default ${DEFAULT-VALUE}).")
  private int days = 7;

  @Option(
      names = "--hours",
      paramLabel = "SPANS",
      description = "Offer it only then, e.g. 'mon-fri/18:00-08:00 sat-sun/00:00-24:00'.")
  private @Nullable String hours;

  @Option(
      names = "--region",
      paramLabel = "TEXT",
      description = "Where you say that the machine stands: shown, and never proven.")
  private @Nullable String region;

  @Option(names = "--list", description = "Show what is for sale.")
  private boolean list;

  @Option(names = "--cancel", description = "Sell this model no more.")
  private boolean cancel;

  @Override
  int run() throws Exception {
    if (list ? model != null || cancel : model == null) {
      throw new Failure("name a model, or ask for --list");
    }
    if (!list && !cancel && (input == null || output == null)) {
      throw new Failure("give --input-price and --output-price");
    }
    requireAmount("--input-price", input);
    requireAmount("--output-price", output);
    Json.Obj answer = new MarketClient(places).ask(verb(), request());
    if (json) {
      screen.json(answer);
      return OK;
    }
    List<Json.Obj> sales = list ? MarketClient.objects(answer, "sales") : List.of(answer);
    if (sales.isEmpty()) {
      screen.line("nothing is for sale");
    }
    sales.forEach(this::show);
    return OK;
  }

  private static void requireAmount(String option, @Nullable String given) throws Failure {
    if (given != null && Amount.parse(given).isEmpty()) {
      throw new Failure(
          option + " takes a whole number of the coin's smallest unit, not '" + given + "'");
    }
  }

  private String verb() {
    return list ? "sales" : cancel ? "unsell" : "sell";
  }

  private Json.Obj request() {
    if (list) {
      return Json.object().build();
    }
    Json.Builder request = Json.object().put("model", Objects.requireNonNull(model));
    if (cancel) {
      return request.build();
    }
    request
        .put("input", input)
        .put("output", output)
        .put("window", window)
        .put("streams", streams)
        .put("days", days)
        .put("hours", hours)
        .put("region", region);
    if (context != null) {
      request.put("context", context);
    }
    return request.build();
  }

  private void show(Json.Obj sale) {
    String why = OwnerClient.text(sale, "hindrance");
    screen.line(
        String.format(
            "%-24s %s in, %s out for a million tokens; %s at a time, %s tokens, window %s",
            OwnerClient.text(sale, "model"),
            OwnerClient.text(sale, "input"),
            OwnerClient.text(sale, "output"),
            OwnerClient.text(sale, "streams"),
            OwnerClient.text(sale, "context"),
            OwnerClient.text(sale, "window")));
    screen.line(
        "  "
            + (why.equals("-")
                ? "offered as "
                    + OwnerClient.text(sale, "offer")
                    + " until "
                    + OwnerClient.text(sale, "expires")
                    + ", at "
                    + OwnerClient.text(sale, "prefill")
                    + " and "
                    + OwnerClient.text(sale, "decode")
                    + " tokens a second as measured here"
                : "not offered: " + why));
  }
}
