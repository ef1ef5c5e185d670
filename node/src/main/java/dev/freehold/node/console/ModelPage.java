// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.Machine;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.ModelUnavailable;
import dev.freehold.catalogue.Progress;
import dev.freehold.catalogue.Puller;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.crypto.NodeId;
import dev.freehold.market.offer.Speed;
import dev.freehold.node.market.MeasuredSpeed;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Models: those here, those of the catalogue, and pulls under way. */
final class ModelPage {
  /** Tokens that attention memory is judged for. */
  private static final int POSITIONS = 8192;

  private final Models models;
  private final ModelStore store;
  private final Supplier<Puller> puller;
  private final ReceiptStore receipts;
  private final NodeId self;
  private final Map<Digest, Pull> pulls = new ConcurrentHashMap<>();
  private final Map<Digest, Measured> measured = new ConcurrentHashMap<>();

  /** Looked at once, when first asked for; owned by this object's monitor. */
  private @Nullable Machine machine;

  /** How a pull stands: {@code pulling}, {@code checking}, {@code failed} or {@code here}. */
  private record Pull(String state, long done, String why) {}

  /** What was measured when there were so many receipts. */
  private record Measured(long receipts, Optional<Speed> speed) {}

  ModelPage(
      Models models,
      ModelStore store,
      Supplier<Puller> puller,
      ReceiptStore receipts,
      NodeId self) {
    this.models = models;
    this.store = store;
    this.puller = puller;
    this.receipts = receipts;
    this.self = self;
  }

  private Optional<Speed> speed(Digest model) {
    long count = receipts.count();
    return measured.compute(
            model,
            (_, old) ->
                old != null && old.receipts == count
                    ? old
                    : new Measured(count, MeasuredSpeed.of(receipts, self, model)))
        .speed;
  }

  /** Memory and speed, looked at once, and what is free now. */
  synchronized Machine machine() {
    Machine looked = machine;
    if (looked == null) {
      looked = Machine.look();
      machine = looked;
    }
    return new Machine(
        looked.memoryBytes(), Machine.freeMemory(), looked.cores(), looked.bytesPerSecond());
  }

  Json.Obj show() throws IOException {
    List<Json> all = new ArrayList<>();
    List<StoredModel> here = store.list();
    for (StoredModel model : here) {
      Optional<ModelEntry> known = Catalogue.shipped().find(model.digest());
      all.add(
          describe(model.name(), model.digest(), model.bytes())
              .put("here", true)
              .put("title", known.map(ModelEntry::title).orElse(""))
              .put("licence", known.map(ModelEntry::licence).orElse("not known"))
              .put("source", model.source())
              .build());
    }
    for (ModelEntry model : Catalogue.shipped().models()) {
      if (here.stream().noneMatch(stored -> stored.digest().equals(model.digest()))) {
        long attention = model.keyValueBytesPerToken() * Math.min(model.context(), POSITIONS);
        Machine now = machine();
        Json.Builder line =
            describe(model.name(), model.digest(), model.bytes())
                .put("here", false)
                .put("title", model.title())
                .put("licence", model.licence())
                .put("fit", now.sentence(now.judge(model.bytes(), attention)));
        Pull pull = pulls.get(model.digest());
        if (pull != null) {
          line.put("pull", pull.state).put("done", pull.done).put("why", pull.why);
        }
        all.add(line.build());
      }
    }
    return Json.object().put("models", Json.array(all)).build();
  }

  private Json.Builder describe(String name, Digest digest, long bytes) {
    Json.Builder line =
        Json.object().put("name", name).put("digest", digest.toString()).put("bytes", bytes);
    for (ServedModel served : models.list()) {
      if (served.digest().equals(digest)) {
        line.put("state", models.state(served));
      }
    }
    speed(digest).ifPresent(it -> line.put("read", it.prefill()).put("written", it.decode()));
    return line;
  }

  /**
   * Begins to pull a model of the catalogue, unless that is under way; false where there is none.
   */
  synchronized boolean pull(String name) {
    Optional<ModelEntry> found = Catalogue.shipped().find(name);
    if (found.isEmpty()) {
      return false;
    }
    ModelEntry entry = found.get();
    Pull old = pulls.get(entry.digest());
    if (old == null || !(old.state.equals("pulling") || old.state.equals("checking"))) {
      pulls.put(entry.digest(), new Pull("pulling", 0, ""));
      Thread.ofVirtual().name("pull").start(() -> run(entry));
    }
    return true;
  }

  private void run(ModelEntry entry) {
    Digest digest = entry.digest();
    try {
      puller
          .get()
          .pull(
              entry,
              new Progress() {
                @Override
                public void trying(String source) {
                  pulls.put(digest, new Pull("pulling", 0, "from " + source));
                }

                @Override
                public void bytes(long done, long total) {
                  pulls.put(digest, new Pull("pulling", done, ""));
                }

                @Override
                public void failed(String source, String why) {
                  pulls.put(digest, new Pull("pulling", 0, source + ": " + why));
                }

                @Override
                public void checking() {
                  pulls.put(digest, new Pull("checking", entry.bytes(), ""));
                }
              });
      pulls.put(digest, new Pull("here", entry.bytes(), ""));
    } catch (ModelUnavailable | IOException | RuntimeException e) {
      pulls.put(digest, new Pull("failed", 0, String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      pulls.put(digest, new Pull("failed", 0, "the node is stopping"));
      Thread.currentThread().interrupt();
    }
  }
}
