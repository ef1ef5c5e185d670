// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.witness;

import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.evidence.witness.Witness;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.witness.duty.DutySettings;
import dev.freehold.witness.duty.HttpCourier;
import dev.freehold.witness.duty.LogDuties;
import dev.freehold.witness.duty.WatchedLog;
import dev.freehold.witness.serve.WitnessFolder;
import dev.freehold.witness.serve.WitnessServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * From an entry to its checkpoint with three cosignatures: {@code bench/run witness.Covered FOLDER
 * ROUNDS GATHER}. The log, its entries gathered for GATHER milliseconds as a node does, and three
 * witnesses over HTTP on loopback, each with Ed25519 and ML-DSA-44, all flushing to the folder's
 * disk.
 */
public final class Covered {
  private static final KeyName NAME = new KeyName("freehold.example/covered");

  private Covered() {}

  private record OwnLog(Log log, VerifierKey key, Path folder) implements WatchedLog {
    @Override
    public TileSource files() {
      return FolderStorage.reading(folder);
    }

    @Override
    public void cosigned(Checkpoint checkpoint, List<SignatureLine> lines) throws LogException {
      log.cosigned(checkpoint, lines);
    }

    @Override
    public void append(EntryKind kind, Json.Obj record) {
      throw new UnsupportedOperationException("nothing is stamped here");
    }
  }

  /** Runs and prints. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "covered");
    int rounds = Integer.parseInt(arguments[1]);
    long gather = Long.parseLong(arguments[2]);
    NoteSigner.Ed25519 signer =
        NoteSigner.ed25519(NAME, SigningKey.ofSeed(Digest.sha256("covered").bytes()));
    List<WitnessServer> servers = new ArrayList<>();
    StringBuilder policy = new StringBuilder();
    for (String name : List.of("w1", "w2", "w3")) {
      List<NoteSigner> keys =
          WitnessFolder.signers(folder.resolve(name), null, PassphraseSource.none());
      WitnessServer server =
          WitnessServer.start(
              "127.0.0.1",
              0,
              new Witness(
                  keys,
                  List.of(signer.verifierKey()),
                  FolderStorage.open(folder.resolve(name)),
                  InstantSource.system()));
      servers.add(server);
      for (int key = 0; key < keys.size(); key++) {
        policy.append(
            "witness %s-%d %s http://127.0.0.1:%d/\n"
                .formatted(name, key, keys.get(key).verifierKey(), server.port()));
      }
    }
    policy.append("group all-of-them all w1-0 w1-1 w2-0 w2-1 w3-0 w3-1\nquorum all-of-them\n");
    Policy quorum =
        Policy.parse(policy.toString().getBytes(StandardCharsets.UTF_8))
            .orElse(
                why -> {
                  throw new IllegalStateException(why);
                });
    Path witnessed = Files.createDirectories(folder.resolve("witnessed"));
    try (HttpCourier courier = new HttpCourier();
        Log log =
            Log.open(
                FolderStorage.open(folder.resolve("log")),
                Origin.of(NAME),
                signer,
                InstantSource.system());
        LogDuties duties =
            LogDuties.start(
                new DutySettings(quorum, DutySettings.COSIGNING, null, DutySettings.STAMPING),
                new OwnLog(log, signer.verifierKey(), folder.resolve("log")),
                new LogDuties.Means(
                    witnessed,
                    courier,
                    new SecureRandom(),
                    InstantSource.system(),
                    System::nanoTime,
                    (event, fields) -> System.out.println(event + " " + fields.write())))) {
      double[] times = new double[rounds];
      for (int i = -rounds / 5; i < rounds; i++) {
        long start = System.nanoTime();
        log.append(
                new Entry(
                    EntryKind.VERDICT,
                    new Source("bench"),
                    i + rounds / 5,
                    Json.object().put("number", i).build()))
            .join();
        Thread.sleep(gather);
        duties.published(log.publish());
        while (log.newest().orElseThrow().note().signatures().size() < 7) {
          Thread.sleep(1);
        }
        if (i >= 0) {
          times[i] = (System.nanoTime() - start) / 1e6;
        }
      }
      Arrays.sort(times);
      System.out.println(
          String.format(
              Locale.ROOT,
              "entry to six cosignatures of three witnesses, %d rounds, gathering %d ms: median"
                  + " %.0f ms, p99 %.0f ms, worst %.0f ms",
              rounds,
              gather,
              times[rounds / 2],
              times[Math.min(rounds - 1, rounds * 99 / 100)],
              times[rounds - 1]));
    }
    servers.forEach(WitnessServer::close);
  }
}
