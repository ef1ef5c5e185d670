// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.crypto.NodeId;
import dev.freehold.engine.generate.EngineLoad;
import dev.freehold.fleet.Members;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobPeer;
import dev.freehold.fleet.job.OfferedModel;
import dev.freehold.fleet.lane.LaneName;
import dev.freehold.node.jobs.FleetLanes;
import dev.freehold.node.jobs.Router;
import dev.freehold.node.lanes.LaneSettings;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Serving;
import dev.freehold.node.serve.Staged;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.node.telemetry.Metrics.Reading;
import dev.freehold.node.work.Hindrance;
import dev.freehold.node.work.WorkGate;
import dev.freehold.record.Json;
import dev.freehold.record.Tier;
import dev.freehold.witness.duty.Duties;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What the node says of itself: models, health, metrics. */
public final class InfoEndpoints {
  /** Where others have receipts. */
  private static final String UNPROVEN = "unproven";

  private final Models models;
  private final Fleet fleet;
  private final Metrics metrics;
  private final Supplier<List<Duties.Standing>> duties;
  private final WorkGate work;
  private final long created;

  /**
   * What the fleet serves.
   *
   * @param router finds it
   * @param lanes what stands beside it, unproven
   * @param members names its machines
   * @param unknown what is said of a model that nobody serves
   */
  public record Fleet(
      Router router, FleetLanes lanes, Members members, Function<String, JobError> unknown) {}

  /**
   * @param duties how what is owed to others stands
   * @param work whether work of others is taken on
   * @param created seconds since 1970 that models are listed with: when the node started
   */
  public InfoEndpoints(
      Models models,
      Fleet fleet,
      Metrics metrics,
      Supplier<List<Duties.Standing>> duties,
      WorkGate work,
      long created) {
    this.models = models;
    this.fleet = fleet;
    this.metrics = metrics;
    this.duties = duties;
    this.work = work;
    this.created = created;
  }

  void health(Exchange exchange, boolean stopping) {
    boolean loading =
        !models.list().isEmpty()
            && models.list().stream().allMatch(model -> models.state(model).equals("loading"));
    String status = stopping ? "stopping" : loading ? "loading" : "ready";
    exchange.json(
        status.equals("ready") ? 200 : 503,
        Json.object()
            .put("status", status)
            .put(
                "models",
                Json.array(
                    models.list().stream()
                        .map(
                            model ->
                                Json.object()
                                    .put("name", model.name())
                                    .put("state", models.state(model))
                                    .build())
                        .toList()))
            .build(),
        Map.of());
  }

  void models(Exchange exchange) {
    exchange.json(
        200,
        Json.object()
            .put("object", "list")
            .put(
                "data",
                Json.array(
                    Stream.concat(
                            Stream.concat(
                                models.list().stream().map(this::describe),
                                fleet.router.elsewhere().entrySet().stream()
                                    .map(entry -> describe(entry.getKey(), entry.getValue()))),
                            lanes().values().stream())
                        .toList()))
            .build(),
        Map.of());
  }

  void model(Exchange exchange, String name) {
    Optional<Json.Obj> found =
        models
            .find(name)
            .map(this::describe)
            .or(
                () ->
                    fleet.router.elsewhere().entrySet().stream()
                        .filter(entry -> entry.getKey().answersTo(name))
                        .map(entry -> describe(entry.getKey(), entry.getValue()))
                        .findFirst())
            .or(() -> Optional.ofNullable(lanes().get(name)));
    exchange.json(
        200,
        found.orElseThrow(() -> new ApiException(ApiError.of(fleet.unknown.apply(name)))),
        Map.of());
  }

  private Json.Obj describe(ServedModel model) {
    Json.Builder more =
        Json.object().put("digest", model.digest().toString()).put("state", models.state(model));
    for (Serving serving : models.ready()) {
      if (serving.model().equals(model)) {
        more.put("context_length", serving.loaded().configuration().contextLength())
            .put("kernel", serving.kernel().name());
        if (serving.engine() instanceof Staged staged) {
          more.put("split_over", Json.array(staged.machines().stream().map(Json::of).toList()));
        }
      }
    }
    List<JobPeer> others = fleet.router.others(model);
    if (!others.isEmpty()) {
      more.put("also_on", machines(others));
    }
    return describe(model.name(), more);
  }

  private Json.Obj describe(OfferedModel model, List<JobPeer> peers) {
    return describe(
        model.name(),
        Json.object()
            .put("digest", model.digest().toString())
            .put("state", "ready")
            .put("only_on", machines(peers)));
  }

  /** By the ids under which they can be asked for; what is here hides what is elsewhere. */
  private Map<String, Json.Obj> lanes() {
    Map<String, Json.Obj> found = new LinkedHashMap<>();
    for (LaneSettings lane : fleet.lanes.own().list()) {
      LaneName name = lane.name();
      found.put(
          name.id(),
          describe(
              name.id(),
              UNPROVEN,
              unproven(name, fleet.lanes.own().state(name))
                  .put("problem", fleet.lanes.own().problem(name).orElse(null))));
    }
    fleet
        .lanes
        .elsewhere()
        .forEach(
            (name, members) ->
                found.putIfAbsent(
                    name.id(),
                    describe(
                        name.id(),
                        UNPROVEN,
                        unproven(name, "ready")
                            .put(
                                "only_on",
                                Json.array(
                                    members.stream()
                                        .map(one -> machine(one.node(), one.tier()))
                                        .toList())))));
    return found;
  }

  private static Json.Builder unproven(LaneName name, String state) {
    return Json.object().put("proof", UNPROVEN).put("lane", name.text()).put("state", state);
  }

  private Json machines(List<JobPeer> peers) {
    return Json.array(peers.stream().map(peer -> machine(peer.id(), peer.tier())).toList());
  }

  private Json machine(NodeId node, Tier tier) {
    return Json.object()
        .put("name", fleet.members.find(node).map(member -> member.name().text()).orElse(null))
        .put("node", node.toString())
        .put("tier", tier.text())
        .build();
  }

  private Json.Obj describe(String name, Json.Builder more) {
    return describe(name, "freehold", more);
  }

  private Json.Obj describe(String name, String owner, Json.Builder more) {
    return Json.object()
        .put("id", name)
        .put("object", "model")
        .put("created", created)
        .put("owned_by", owner)
        .put("freehold", more.build())
        .build();
  }

  void metrics(Exchange exchange) {
    exchange.bytes(
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        metrics.text(readings()).getBytes(StandardCharsets.UTF_8),
        Map.of());
  }

  private List<Reading> readings() {
    record Gauge(String name, String type, String help, ToDoubleFunction<EngineLoad> value) {}
    List<Gauge> gauges =
        List.of(
            new Gauge("queue_depth", "gauge", "Answers that wait.", EngineLoad::queued),
            new Gauge("answers_active", "gauge", "Answers being generated.", EngineLoad::active),
            new Gauge(
                "tokens_per_second",
                "gauge",
                "Output tokens a second over the last seconds of work.",
                EngineLoad::tokensPerSecond),
            new Gauge(
                "memory_pages_in_use",
                "gauge",
                "Pages of attention memory that running answers hold.",
                EngineLoad::pagesInUse),
            new Gauge(
                "memory_pages_cached",
                "gauge",
                "Pages that only the prompt cache holds.",
                EngineLoad::pagesCached),
            new Gauge(
                "memory_pages_limit", "gauge", "Pages there may be.", EngineLoad::pagesLimit));
    List<Serving> ready = models.ready();
    List<Reading> readings = new ArrayList<>();
    for (Gauge gauge : gauges) {
      for (Serving serving : ready) {
        readings.add(
            new Reading(
                "freehold_" + gauge.name,
                gauge.type,
                gauge.help,
                "model",
                serving.model().name(),
                gauge.value.applyAsDouble(serving.engine().load())));
      }
    }
    for (Duties.Standing duty : duties.get()) {
      readings.add(
          new Reading(
              "freehold_duty_missed",
              "gauge",
              "1 where what is owed to others is missed.",
              "duty",
              duty.name(),
              duty.missedSince().isPresent() ? 1 : 0));
    }
    List<Hindrance.Kind> held = work.hindrances().stream().map(Hindrance::kind).toList();
    for (Hindrance.Kind kind : Hindrance.Kind.values()) {
      readings.add(
          new Reading(
              "freehold_work_held",
              "gauge",
              "1 where a limit of the owner's keeps this machine from working for others now.",
              "reason",
              kind.code(),
              held.contains(kind) ? 1 : 0));
    }
    return readings;
  }
}
