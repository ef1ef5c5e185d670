// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.model.Transformer;
import dev.freehold.fleet.LinkBytes;
import dev.freehold.fleet.job.JobServer;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.fleet.pair.Invite;
import dev.freehold.fleet.pair.Pairing;
import dev.freehold.fleet.split.Stage;
import dev.freehold.fleet.split.StageDoor;
import dev.freehold.fleet.split.StageOptions;
import dev.freehold.kernel.Kernels;
import dev.freehold.link.sealed.Senders;
import dev.freehold.link.stream.Protocol;
import dev.freehold.node.ConfigurationFile;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.fleet.OwnPresence;
import dev.freehold.node.http.Api;
import dev.freehold.node.jobs.LocalWork;
import dev.freehold.node.lanes.LanePatience;
import dev.freehold.node.lanes.Lanes;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Splitting;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.node.work.WorkGate;
import dev.freehold.node.work.WorkSettings;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.record.Tier;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.NullMarked;

/**
 * Machines of a fleet that answer with the real model, each with a fault of its own. Words: a home
 * whose config all of them take, the model's file and digest, and then {@code FAULT=INVITE} each:
 * one of {@link Lies}, HONEST, AHEAD (its clock is an hour ahead), FLIP (its layers have one bit
 * flipped), or EXPIRED=- (makes an invite that is too old). They end when their input does.
 */
@NullMarked
final class FaultyMachines {
  private final Path home;
  private final ServedModel model;
  private final Models models;
  private final SecureRandom random = new SecureRandom();

  private FaultyMachines(Path home, ServedModel model) throws Exception {
    this.home = home;
    this.model = model;
    this.models =
        new Models(
            List.of(model),
            Kernels::best,
            1,
            new EngineOptions(4, 8, 256L << 20, 64L << 20, 256),
            Splitting.NEVER,
            _ -> {});
    models.await(model, Duration.ofMinutes(2));
  }

  public static void main(String[] words) throws Exception {
    FaultyMachines all =
        new FaultyMachines(
            Path.of(words[0]),
            new ServedModel("smollm2-135m-instruct", Path.of(words[1]), Digest.ofHex(words[2])));
    Json.Builder told = Json.object();
    for (int i = 3; i < words.length; i++) {
      String fault = words[i].substring(0, words[i].indexOf('='));
      told.put(fault, all.start(fault, words[i].substring(fault.length() + 1)));
    }
    System.out.println(told.build().write());
    // Until whoever started it is gone.
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (in.readLine() != null) {}
  }

  /** Its node; or the invite that is too old. */
  private String start(String fault, String invite) throws Exception {
    Clock real = Clock.systemUTC();
    boolean ahead = fault.equals("AHEAD");
    Clock clock = ahead ? Clock.offset(real, Duration.ofHours(1)) : real;
    Duration[] late = {Duration.ZERO};
    SigningKey key = SigningKey.generate(random);
    Path own = Files.createDirectories(home.resolve(fault));
    FleetNode fleet =
        FleetNode.open(
            ConfigurationFile.read(home, home)
                .fleet()
                .with("fleet-name", fault.toLowerCase(Locale.ROOT)),
            own,
            key,
            new OwnPresence(
                    models,
                    Lanes.open(key.nodeId(), List.of(), LanePatience.DEFAULT, 1),
                    1,
                    0,
                    0,
                    WorkGate.here(WorkSettings.always()),
                    clock)
                ::now,
            () -> clock.instant().plus(late[0]),
            random);
    if (fault.equals("EXPIRED")) {
      String old = fleet.invite(Tier.OWN).orElseThrow().toString();
      late[0] = Duration.ofMinutes(16);
      // While another one is open, this one hears who comes.
      var _ = fleet.invite(Tier.OWN).orElseThrow();
      return old;
    }
    if (fault.equals("FLIP")) {
      fleet.serve(
          new Protocol("freehold/stage/1"),
          (_, stream) ->
              StageDoor.serve(new LinkBytes(stream), (_, layers) -> flipped(layers, key)));
    } else {
      serve(fault, key, fleet, own, clock);
    }
    Invite read =
        switch (Invite.parse(invite)) {
          case Parsed.Read<Invite>(Invite good) -> good;
          case Parsed.Malformed<Invite>(String why) -> throw new IllegalArgumentException(why);
        };
    if (fleet.join(read) instanceof Pairing.Result.NotJoined(String why)) {
      throw new IOException(fault + ": " + why);
    }
    return key.nodeId().toString();
  }

  private void serve(String fault, SigningKey key, FleetNode fleet, Path own, Clock clock)
      throws IOException {
    Answerer answerer =
        new Answerer(key, ReceiptStore.open(own), new Metrics(), clock, random, 8, () -> {});
    JobWork honest = new LocalWork(models, answerer, clock, Api::jobError);
    JobWork work =
        fault.equals("HONEST") || fault.equals("AHEAD")
            ? honest
            : Lies.valueOf(fault).in(honest, key);
    JobServer server = new JobServer(key, Senders::anyone, work, 8, random, _ -> {});
    fleet.serve(JobServer.PROTOCOL, (_, stream) -> server.serve(new LinkBytes(stream)));
  }

  /** Layers of the model in which one bit of one weight is another. */
  private StageDoor.Lent flipped(LayerRange layers, SigningKey key) throws IOException {
    byte[] bytes = Files.readAllBytes(model.file());
    try (Gguf gguf = Gguf.open(model.file())) {
      String name = "blk." + layers.first() + ".ffn_down.weight";
      // Within a block's quantised weights, after its scales.
      bytes[(int) gguf.tensor(name).orElseThrow().offset() + 5] ^= 0x40;
    }
    Path file = Files.write(home.resolve("flipped.gguf"), bytes);
    try (Gguf gguf = Gguf.open(file)) {
      Transformer transformer = Transformer.load(gguf, layers, Kernels.best(), 1);
      return new StageDoor.Lent(
          new Stage(transformer, model.digest(), key, new StageOptions(64L << 20, 256), random),
          () -> {});
    }
  }
}
