// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.Machine;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufException;
import dev.freehold.engine.model.Configuration;
import dev.freehold.engine.model.ModelException;
import dev.freehold.fleet.plan.ModelShape;
import dev.freehold.fleet.plan.Plan;
import dev.freehold.fleet.plan.PlannedMachine;
import dev.freehold.fleet.plan.Planner;
import dev.freehold.record.Json;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
  /** Attention memory that is planned for unless another is asked for. */
  private static final long POSITIONS = 8192;

  /** Share of the plain reading speed that decoding reaches (docs/performance.md). */
  private static final double DECODE_SHARE = 0.8;

  @Parameters(paramLabel = "MODEL", description = "A name or a digest.")
  private String model = "";

  @Option(
      names = "--positions",
      paramLabel = "N",
      description =
          "Tokens of all answers together that attention memory is planned for (default: the"
              + " model's context, at most 8192).")
  private long positions;

  /** What is planned: its name, its shape, and how long its context is. */
  private record Wanted(String name, ModelShape shape, long context) {}

  @Override
  int run() throws Exception {
    if (positions < 0) {
      screen.error("--positions takes a number above 0");
      return USAGE;
    }
    Wanted wanted = find();
    long planned = positions == 0 ? Math.min(POSITIONS, wanted.context()) : positions;
    Machine machine = Machine.look();
    PlannedMachine here =
        PlannedMachine.here(
            "this machine", machine.freeBytes(), DECODE_SHARE * machine.bytesPerSecond());
    Plan plan = Planner.plan(wanted.shape(), List.of(here), planned);
    if (json) {
      screen.json(json(wanted, planned, plan));
    } else {
      tell(wanted, planned, plan);
    }
    return plan instanceof Plan.Fits ? OK : FAILED;
  }

  private Wanted find() throws Exception {
    ModelStore store = new ModelStore(places.cache(), InstantSource.system());
    Optional<StoredModel> here = store.find(model);
    Optional<ModelEntry> entry = Catalogue.shipped().find(model);
    if (here.isEmpty() && entry.isPresent()) {
      here = store.find(entry.get().digest());
    }
    if (here.isPresent()) {
      try (Gguf file = Gguf.open(here.get().file())) {
        int context = Configuration.of(file.metadata()).contextLength();
        return new Wanted(here.get().name(), ModelShape.of(file), context);
      } catch (GgufException | ModelException e) {
        throw new Failure(here.get().file() + ": " + e.getMessage());
      }
    }
    if (entry.isPresent()) {
      ModelEntry known = entry.get();
      return new Wanted(
          known.name(),
          ModelShape.whole(known.bytes(), known.keyValueBytesPerToken()),
          known.context());
    }
    throw new Failure(
        "no model '" + model + "' is here or in the catalogue; 'freehold model list' shows them");
  }

  private void tell(Wanted wanted, long planned, Plan plan) {
    screen.line(
        String.format(
            Locale.ROOT, "%s, with attention memory for %,d tokens", wanted.name(), planned));
    switch (plan) {
      case Plan.Fits fits -> {
        for (Plan.Place place : fits.places()) {
          screen.line(
              String.format(
                  Locale.ROOT,
                  "  %-20s %-16s %8.2f GB of %.2f GB free",
                  place.machine().name(),
                  layers(wanted, place),
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

  private static String layers(Wanted wanted, Plan.Place place) {
    int total = wanted.shape().layers().size();
    return total == 1
        ? "all layers"
        : "layers " + place.first() + "-" + (place.end() - 1) + " of " + total;
  }

  private static Json.Obj json(Wanted wanted, long planned, Plan plan) {
    Json.Builder out =
        Json.object()
            .put("model", wanted.name())
            .put("positions", planned)
            .put("fits", plan instanceof Plan.Fits);
    return switch (plan) {
      case Plan.Fits fits -> {
        List<Json> places = new ArrayList<>();
        for (Plan.Place place : fits.places()) {
          places.add(
              Json.object()
                  .put("machine", place.machine().name())
                  .put("firstLayer", place.first())
                  .put("endLayer", place.end())
                  .put("needBytes", place.needBytes())
                  .put("freeBytes", place.machine().freeBytes())
                  .build());
        }
        yield out.put("places", Json.array(places))
            .put("expectedTokensPerSecond", Math.rint(fits.tokensPerSecond()))
            .build();
      }
      case Plan.DoesNotFit(long need, long free, long fitting) ->
          out.put("needBytes", need)
              .put("freeBytes", free)
              .put("fittingPositions", fitting)
              .build();
    };
  }
}
