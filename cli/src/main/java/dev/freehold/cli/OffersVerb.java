// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code freehold offers}. */
@Command(
    name = "offers",
    description = {
      "The offers that this node knows: price, speed as claimed and as measured here, tier, seller.",
      "Also how long ago each was heard of, and why it is not taken where it isn't. Prices are for a"
          + " million tokens, in the token's smallest unit."
    })
final class OffersVerb extends Verb {
  @Override
  int run() throws Exception {
    Json.Obj answer = new MarketClient(places).ask("offers", Json.object().build());
    if (json) {
      screen.json(answer);
      return OK;
    }
    List<Json.Obj> offers = MarketClient.objects(answer, "offers");
    if (offers.isEmpty()) {
      screen.line(
          "no offers are known: they come from the relays in FREEHOLD_HOME/config and from the fleet,"
              + " while 'freehold up' runs");
    }
    for (Json.Obj offer : offers) {
      show(screen, offer);
      String why = OwnerClient.text(offer, "why");
      screen.line(
          "  "
              + OwnerClient.text(offer, "ageSeconds")
              + " s ago by "
              + OwnerClient.text(offer, "source")
              + (why.equals("-") ? "" : "; not taken: " + why));
    }
    for (Json.Obj each : MarketClient.objects(answer, "contradictions")) {
      screen.line(
          "set aside "
              + OwnerClient.text(each, "seller")
              + " until "
              + OwnerClient.text(each, "until")
              + ": it said two things of one instant ("
              + OwnerClient.text(each, "first")
              + ", "
              + OwnerClient.text(each, "second")
              + ")");
    }
    return OK;
  }

  /** Two lines of an offer. */
  static void show(Screen screen, Json.Obj offer) {
    screen.line(
        String.format(
            "%-24s %s in, %s out, %s of up to %s tokens at a time",
            OwnerClient.text(offer, "model"),
            OwnerClient.text(offer, "input"),
            OwnerClient.text(offer, "output"),
            OwnerClient.text(offer, "streams"),
            OwnerClient.text(offer, "context")));
    String measured = OwnerClient.text(offer, "measuredDecode");
    screen.line(
        "  "
            + OwnerClient.text(offer, "seller")
            + " ("
            + OwnerClient.text(offer, "standing")
            + ", "
            + OwnerClient.text(offer, "tier")
            + "); says "
            + OwnerClient.text(offer, "prefill")
            + " and "
            + OwnerClient.text(offer, "decode")
            + " tokens a second, "
            + (measured.equals("-")
                ? "not measured here"
                : "here " + OwnerClient.text(offer, "measuredPrefill") + " and " + measured));
  }
}
