// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import dev.freehold.catalogue.Catalogue;
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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a model would run, before anything is loaded.
 *
 * @param model its name
 * @param layers how many the plan knows; 1 where only the whole is known
 * @param positions tokens of all answers together that attention memory is planned for
 */
public record Placement(String model, int layers, long positions, Plan plan) {
  /** Attention memory that is planned for unless another is asked for. */
  private static final long POSITIONS = 8192;

  /** What plans call the machine that makes them; no member can be called so. */
  public static final String HERE = "this machine";

  /** What came of planning. */
  public sealed interface Outcome {
    /** There is a plan, be it that the model doesn't fit. */
    record Planned(Placement placement) implements Outcome {}

    /** There is none, and why. */
    record Unknown(String why) implements Outcome {}
  }

  /** What is planned: its name, its shape, and how long its context is. */
  private record Wanted(String name, ModelShape shape, long context) {}

  /**
   * Plans.
   *
   * @param machines that there are
   * @param model a name or a digest
   * @param asked positions, or 0 for the model's context, at most 8192
   */
  public static Outcome of(
      ModelStore store, List<PlannedMachine> machines, String model, long asked)
      throws IOException {
    Optional<ModelEntry> entry = Catalogue.shipped().find(model);
    Optional<StoredModel> here = store.find(model);
    if (here.isEmpty() && entry.isPresent()) {
      here = store.find(entry.get().digest());
    }
    Wanted wanted;
    if (here.isPresent()) {
      try (Gguf file = Gguf.open(here.get().file())) {
        int context = Configuration.of(file.metadata()).contextLength();
        wanted = new Wanted(here.get().name(), ModelShape.of(file), context);
      } catch (GgufException | ModelException e) {
        return new Outcome.Unknown(here.get().file() + ": " + e.getMessage());
      }
    } else if (entry.isPresent()) {
      ModelEntry known = entry.get();
      wanted =
          new Wanted(
              known.name(),
              ModelShape.whole(known.bytes(), known.keyValueBytesPerToken()),
              known.context());
    } else {
      return new Outcome.Unknown(
          "no model '" + model + "' is here or in the catalogue; 'freehold model list' shows them");
    }
    long positions = asked == 0 ? Math.min(POSITIONS, wanted.context()) : asked;
    return new Outcome.Planned(
        new Placement(
            wanted.name(),
            wanted.shape().layers().size(),
            positions,
            Planner.plan(wanted.shape(), machines, positions)));
  }

  /** For a program: {@code fits}, and the places or what is missing. */
  public Json.Obj toJson() {
    Json.Builder out =
        Json.object()
            .put("model", model)
            .put("layers", layers)
            .put("positions", positions)
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
                  .put("computeMicros", place.compute().toNanos() / 1000)
                  .put("travelMicros", place.travel().toNanos() / 1000)
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
