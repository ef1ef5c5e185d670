// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freehold earnings}. */
@Command(
    name = "earnings",
    description = {
      "What selling brought: sold, unpaid, unclaimed and claimed, how busy the machine was with it,"
          + " what the power costs, and what would raise it.",
      "Amounts are in the token's smallest unit."
    })
final class EarningsVerb extends Verb {
  @Option(names = "--days", description = "Of so many days (default ${DEFAULT-VALUE}).")
  private int days = 30;

  @Override
  int run() throws Exception {
    Json.Obj answer =
        new MarketClient(places).ask("earnings", Json.object().put("days", days).build());
    if (json) {
      screen.json(answer);
      return OK;
    }
    List<Json.Obj> coins = MarketClient.objects(answer, "coins");
    if (coins.isEmpty()) {
      screen.line("nothing was sold");
    }
    for (Json.Obj coin : coins) {
      screen.line(
          "token "
              + OwnerClient.text(coin, "token")
              + " on chain "
              + OwnerClient.text(coin, "chain"));
      screen.line(
          "  sold       "
              + OwnerClient.text(coin, "sold")
              + " in "
              + OwnerClient.text(coin, "answers")
              + " answers, "
              + OwnerClient.text(coin, "inputTokens")
              + " tokens in and "
              + OwnerClient.text(coin, "outputTokens")
              + " out");
      screen.line(
          "  unpaid     "
              + OwnerClient.text(coin, "servedUnpaid")
              + " served and no voucher for it (all channels)");
      screen.line(
          "  unclaimed  " + OwnerClient.text(coin, "unclaimed") + " signed and not claimed yet");
      screen.line("  claimed    " + OwnerClient.text(coin, "claimed") + " of all channels");
    }
    screen.line(
        "busy       "
            + OwnerClient.text(answer, "busySeconds")
            + " s of "
            + days
            + " days, a share of "
            + OwnerClient.text(answer, "utilisation")
            + ", for "
            + OwnerClient.text(answer, "buyers")
            + " buyers' channels");
    screen.line(
        "power      "
            + OwnerClient.text(answer, "kilowattHours")
            + " kWh (an estimate: watts-busy for as long as it was busy), cost "
            + OwnerClient.text(answer, "powerCost"));
    if (answer.get("raise").orElse(Json.Null.VALUE) instanceof Json.Arr all) {
      for (Json each : all.items()) {
        if (each instanceof Json.Str line) {
          screen.line("-> " + Screen.withoutControls(line.value()));
        }
      }
    }
    return OK;
  }
}
