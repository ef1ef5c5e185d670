// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.catalogue.Machine;
import dev.freehold.crypto.NodeId;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufException;
import dev.freehold.engine.model.Configuration;
import dev.freehold.engine.model.MemoryNeed;
import dev.freehold.engine.model.ModelException;
import dev.freehold.evidence.Statement;
import dev.freehold.market.offer.Speed;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Digest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What this machine can serve, by its models' files, its configuration and its own receipts. */
public final class MachineCapacity implements Capacity {
  private static final Duration MEASURED_AGAIN = Duration.ofMinutes(10);

  private final Here here;
  private final NodeId self;
  private final Optional<ReceiptStore> receipts;
  private final long attentionBytes;
  private final int atOnce;
  private final InstantSource clock;
  private final Map<Digest, Size> sizes = new ConcurrentHashMap<>();
  private final Map<Digest, Measured> speeds = new ConcurrentHashMap<>();

  /** Finds models of this machine. */
  public interface Here {
    /** That of the digest; or why it can't be served, now or at all. */
    Found find(Digest model);

    /** What came of it. */
    sealed interface Found {
      /**
       * It is here.
       *
       * @param loaded whether its weights are in memory already
       */
      record Model(ServedModel model, boolean loaded) implements Found {}

      /** It is not, and may or may not be in a moment. */
      record Not(String why, boolean passing) implements Found {}
    }

    /** Those that a running node serves. */
    static Here of(Models models) {
      return digest -> {
        Optional<ServedModel> model = models.find(digest.toString());
        if (model.isEmpty()) {
          return new Found.Not(
              "this node does not serve the model " + digest + ": start it with 'freehold up -m'",
              false);
        }
        return switch (models.state(model.get())) {
          case "ready" -> new Found.Model(model.get(), true);
          case "loading" ->
              new Found.Not(
                  "the model " + model.get().name() + " is being loaded: ask again in a moment",
                  true);
          default -> new Found.Not(models.problem(model.get()).orElse("it failed"), false);
        };
      };
    }
  }

  /** What a model's file says. */
  private record Size(int context, MemoryNeed need) {}

  private record Measured(Optional<Speed> speed, Instant at) {}

  /**
   * @param self whose receipts count
   * @param receipts where they are, if there are any
   * @param attentionBytes memory for the attention of one model's answers
   * @param atOnce answers at a time
   */
  public MachineCapacity(
      Here here,
      NodeId self,
      Optional<ReceiptStore> receipts,
      long attentionBytes,
      int atOnce,
      InstantSource clock) {
    this.here = here;
    this.self = self;
    this.receipts = receipts;
    this.attentionBytes = attentionBytes;
    this.atOnce = atOnce;
    this.clock = clock;
  }

  @Override
  public Answer of(Digest digest) {
    return switch (here.find(digest)) {
      case Here.Found.Not(String why, boolean passing) ->
          passing ? new Answer.NotYet(why) : new Answer.Unable(why);
      case Here.Found.Model(ServedModel model, boolean loaded) -> of(model, loaded);
    };
  }

  private Answer of(ServedModel model, boolean loaded) {
    Size size;
    try {
      size = sizes.computeIfAbsent(model.digest(), _ -> size(model));
    } catch (GgufException | ModelException e) {
      return new Answer.Unable("the model " + model.name() + " can't be used: " + e.getMessage());
    }
    long free = Machine.freeMemory();
    if (!loaded && size.need.total(0) > free) {
      return new Answer.Unable(
          String.format(
              Locale.ROOT,
              "the model %s does not fit: it needs %.1f GB of memory, and %.1f GB are free",
              model.name(),
              size.need.total(0) / 1e9,
              free / 1e9));
    }
    Optional<Speed> speed = speed(model.digest());
    if (speed.isEmpty()) {
      return new Answer.Unable(
          "how fast "
              + model.name()
              + " answers here was never measured: ask it something first ('freehold ask -m "
              + model.name()
              + " ...')");
    }
    return new Answer.Able(
        new Statement.Model(model.digest(), model.name()),
        size.context,
        attentionBytes / size.need.perPosition(),
        atOnce,
        speed.get());
  }

  private static Size size(ServedModel model) {
    try (Gguf file = Gguf.open(model.file())) {
      return new Size(Configuration.of(file.metadata()).contextLength(), MemoryNeed.of(file));
    }
  }

  private Optional<Speed> speed(Digest model) {
    Measured known = speeds.get(model);
    Instant now = clock.instant();
    if (known == null
        || known.speed.isEmpty()
        || Duration.between(known.at, now).abs().compareTo(MEASURED_AGAIN) > 0) {
      known = new Measured(receipts.flatMap(all -> MeasuredSpeed.of(all, self, model)), now);
      speeds.put(model, known);
    }
    return known.speed;
  }
}
