// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.Machine;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.fleet.plan.Plan;
import dev.freehold.node.fleet.Placement;
import java.time.InstantSource;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold plan}. */
@Command(
    name = "plan",
    description =
        "Show where a model would run, how much memory it takes and how fast it will be, before"
            + " anything is loaded.")
final class PlanVerb extends Verb {
  @Parameters(paramLabel = "MODEL", description = "A name or a digest.")
  private String model = "";

  @Option(
      names = "--positions",
      paramLabel = "N",
      description =
          "Tokens of all answers together that attention memory is planned for (default: the"
              + " model's context, at most 8192).")
  private long positions;

  @Override
  int run() throws Exception {
    if (positions < 0) {
      screen.error("--positions takes a number above 0");
      return USAGE;
    }
    ModelStore store = new ModelStore(places.cache(), InstantSource.system());
    Placement placement =
        switch (Placement.of(store, Machine.look(), model, positions)) {
          case Placement.Outcome.Planned(Placement planned) -> planned;
          case Placement.Outcome.Unknown(String why) -> throw new Failure(why);
        };
    if (json) {
      screen.json(placement.toJson());
    } else {
      tell(placement);
    }
    return placement.plan() instanceof Plan.Fits ? OK : FAILED;
  }

  private void tell(Placement placement) {
    screen.line(
        String.format(
            Locale.ROOT,
            "%s, with attention memory for %,d tokens",
            placement.model(),
            placement.positions()));
    switch (placement.plan()) {
      case Plan.Fits fits -> {
        for (Plan.Place place : fits.places()) {
          screen.line(
              String.format(
                  Locale.ROOT,
                  "  %-20s %-16s %8.2f GB of %.2f GB free",
                  place.machine().name(),
                  layers(placement, place),
                  place.needBytes() / 1e9,
                  place.machine().freeBytes() / 1e9));
        }
        screen.line(
            String.format(
                Locale.ROOT, "expected: about %.0f tokens a second", fits.tokensPerSecond()));
      }
      case Plan.DoesNotFit(long need, long free, long fitting) -> {
        screen.line(
            String.format(
                Locale.ROOT,
                "does not fit: it needs %.2f GB of memory, %.2f GB are free",
                need / 1e9,
                free / 1e9));
        screen.line(
            fitting > 0
                ? String.format(
                    Locale.ROOT,
                    "with --positions %d it would fit: answers and prompts of so many tokens together",
                    fitting)
                : String.format(
                    Locale.ROOT,
                    "not even its weights do: %.2f GB more would be needed, or a smaller model",
                    (need - free) / 1e9));
      }
    }
  }

  private static String layers(Placement of, Plan.Place place) {
    int total = of.layers();
    return total == 1
        ? "all layers"
        : "layers " + place.first() + "-" + (place.end() - 1) + " of " + total;
  }
}
