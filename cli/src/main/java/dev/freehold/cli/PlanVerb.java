// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.Machine;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.node.ConfigurationFile;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.fleet.Placement;
import dev.freehold.node.fleet.Planning;
import dev.freehold.record.Json;
import java.time.InstantSource;
import java.util.List;
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
    boolean alone = Endpoint.find(places.home()).isEmpty();
    Json.Obj plan = alone ? alone() : asked();
    if (json) {
      screen.json(plan);
    } else {
      tell(plan);
      if (alone) {
        screen.note("Planned for this machine alone: no node runs on this home to ask its fleet.");
      }
    }
    return fits(plan) ? OK : FAILED;
  }

  /** With the machines of the fleet that the running node knows. */
  private Json.Obj asked() throws Exception {
    return new OwnerClient(places)
        .ask("plan", Json.object().put("model", model).put("positions", positions).build());
  }

  private Json.Obj alone() throws Exception {
    NodeConfiguration settings = ConfigurationFile.read(places.home(), places.cache());
    return switch (Placement.of(
        new ModelStore(places.cache(), InstantSource.system()),
        List.of(Planning.alone(Machine.look(settings.threads()), settings.work().reserveBytes())),
        model,
        positions)) {
      case Placement.Outcome.Planned(Placement planned) -> planned.toJson();
      case Placement.Outcome.Unknown(String why) -> throw new Failure(why);
    };
  }

  private static boolean fits(Json.Obj plan) {
    return plan.get("fits").orElse(Json.Null.VALUE) instanceof Json.Bool(boolean fits) && fits;
  }

  private void tell(Json.Obj plan) {
    screen.line(
        String.format(
            Locale.ROOT,
            "%s, with attention memory for %,d tokens",
            OwnerClient.text(plan, "model"),
            (long) number(plan, "positions")));
    if (fits(plan)) {
      for (Json.Obj place : objects(plan, "places")) {
        screen.line(
            String.format(
                Locale.ROOT,
                "  %-20s %-16s %8.2f GB of %.2f GB free",
                OwnerClient.text(place, "machine"),
                layers((int) number(plan, "layers"), place),
                number(place, "needBytes") / 1e9,
                number(place, "freeBytes") / 1e9));
      }
      screen.line(
          String.format(
              Locale.ROOT,
              "expected: about %.0f tokens a second",
              number(plan, "expectedTokensPerSecond")));
    } else {
      double need = number(plan, "needBytes");
      double free = number(plan, "freeBytes");
      long fitting = (long) number(plan, "fittingPositions");
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
              : need > free
                  ? String.format(
                      Locale.ROOT,
                      "not even its weights do: %.2f GB more would be needed, or a smaller model",
                      (need - free) / 1e9)
                  : "no cut of its layers fits the machines one by one");
    }
    if (plan.get("left").orElse(Json.Null.VALUE) instanceof Json.Arr left) {
      for (Json each : left.items()) {
        if (each instanceof Json.Str(String why)) {
          screen.line("  left out: " + Screen.withoutControls(why));
        }
      }
    }
  }

  private static double number(Json.Obj object, String name) {
    return object.get(name).orElse(Json.Null.VALUE) instanceof Json.Num number ? number.value() : 0;
  }

  private static List<Json.Obj> objects(Json.Obj from, String name) {
    return from.get(name).orElse(Json.Null.VALUE) instanceof Json.Arr all
        ? all.items().stream().filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast).toList()
        : List.of();
  }

  private static String layers(int total, Json.Obj place) {
    return total == 1
        ? "all layers"
        : "layers "
            + (int) number(place, "firstLayer")
            + "-"
            + ((int) number(place, "endLayer") - 1)
            + " of "
            + total;
  }
}
