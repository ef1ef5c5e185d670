// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.catalogue.Machine;
import dev.freehold.engine.generate.EngineLoad;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Serving;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The node itself: load, memory, what happened last, and the configuration in force. */
final class NodePage {
  private static final int EVENTS = 25;

  private final Models models;
  private final Metrics metrics;
  private final List<Setting> settings;
  private final Path events;

  NodePage(Models models, Metrics metrics, List<Setting> settings, Path events) {
    this.models = models;
    this.metrics = metrics;
    this.settings = List.copyOf(settings);
    this.events = events;
  }

  Json.Obj show() throws IOException {
    List<Json> load = new ArrayList<>();
    for (Serving serving : models.ready()) {
      EngineLoad now = serving.engine().load();
      load.add(
          Json.object()
              .put("model", serving.model().name())
              .put("kernel", serving.kernel().name())
              .put("active", now.active())
              .put("queued", now.queued())
              .put("tokensPerSecond", now.tokensPerSecond())
              .put("outputTokens", now.outputTokens())
              .put("promptTokens", now.promptTokens())
              .put("cachedPromptTokens", now.cachedPromptTokens())
              .put("pagesInUse", now.pagesInUse())
              .put("pagesCached", now.pagesCached())
              .put("pagesLimit", now.pagesLimit())
              .build());
    }
    List<Json> unready = new ArrayList<>();
    for (ServedModel model : models.list()) {
      String state = models.state(model);
      if (!state.equals("ready")) {
        unready.add(Json.object().put("model", model.name()).put("state", state).build());
      }
    }
    List<Json> errors = new ArrayList<>();
    for (Metrics.Answered each : metrics.errors()) {
      errors.add(
          Json.object()
              .put("request", each.method() + " " + each.path())
              .put("status", each.status())
              .put("times", each.times())
              .build());
    }
    Runtime runtime = Runtime.getRuntime();
    List<Json> inForce = new ArrayList<>();
    for (Setting setting : settings) {
      inForce.add(
          Json.object()
              .put("name", setting.name())
              .put("value", setting.value())
              .put("from", setting.from())
              .build());
    }
    return Json.object()
        .put("load", Json.array(load))
        .put("unready", Json.array(unready))
        .put("requests", metrics.requests())
        .put("errors", Json.array(errors))
        .put("receiptFailures", metrics.receiptFailures())
        .put("cut", metrics.cut())
        .put("heapBytes", runtime.totalMemory() - runtime.freeMemory())
        .put("freeBytes", Machine.freeMemory())
        .put("settings", Json.array(inForce))
        .put("events", Json.array(lastEvents()))
        .build();
  }

  /** The newest first. The file is bounded, and holds no content (see EventLog). */
  private List<Json> lastEvents() throws IOException {
    List<Json> found = new ArrayList<>();
    try (Stream<String> lines = Files.lines(events, StandardCharsets.UTF_8)) {
      lines.forEach(
          line -> {
            try {
              found.addFirst(Json.parse(line));
            } catch (JsonException e) {
              // A line that is being written.
              return;
            }
            if (found.size() > EVENTS) {
              found.removeLast();
            }
          });
    }
    return found;
  }
}
