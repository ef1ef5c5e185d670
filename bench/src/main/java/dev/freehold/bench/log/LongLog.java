// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.log;

import dev.freehold.crypto.InclusionProof;
import dev.freehold.crypto.MerkleTree;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * A log of many entries on a folder's disk: {@code bench/run log.LongLog FOLDER ENTRIES} appends
 * what the folder's log lacks to have so many, then opens it, proves entries of it and reads its
 * tiles. With {@code FREEHOLD_JVM=-Xmx256m}, in that much memory. With {@code killed} as a third
 * word it ends after appending as a killed process does; the next run then says how long the
 * opening took that makes anew what was not flushed.
 */
public final class LongLog {
  private static final SigningKey KEY = SigningKey.ofSeed(Digest.sha256("bench").bytes());
  private static final KeyName NAME = new KeyName("freehold.example/bench");
  private static final Source SOURCE = new Source(KEY.nodeId().toString());
  private static final int AT_ONCE = 256;
  private static final int IN_FLIGHT = 64;
  private static final int ASKED = 20_000;

  private LongLog() {}

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    long wanted = Long.parseLong(arguments[1]);
    KEY.prepare();
    try (Log log = timed(folder, "first")) {
      long have = log.nextSequence(SOURCE).orElseThrow();
      if (have < wanted) {
        append(log, have, wanted);
      }
      if (arguments.length > 2 && arguments[2].equals("killed")) {
        Runtime.getRuntime().halt(0);
      }
    }
    System.gc();
    try (Log log = timed(folder, "again")) {
      prove(log.reader());
      serve(FolderStorage.reading(folder), log.reader().size());
    }
    Runtime runtime = Runtime.getRuntime();
    System.out.printf(
        Locale.ROOT,
        "heap: %d MiB at most, %d MiB taken%n",
        runtime.maxMemory() >> 20,
        runtime.totalMemory() >> 20);
  }

  private static Log timed(Path folder, String when) throws IOException, LogException {
    long begun = System.nanoTime();
    Log log = open(folder);
    System.out.printf(
        Locale.ROOT,
        "opened %,d entries %s in %.0f ms%n",
        log.sizeDurable(),
        when,
        (System.nanoTime() - begun) / 1e6);
    return log;
  }

  private static Log open(Path folder) throws IOException, LogException {
    return Log.open(
        FolderStorage.open(folder),
        Origin.of(NAME),
        NoteSigner.ed25519(NAME, KEY),
        InstantSource.system());
  }

  /** Records of 250 bytes, 256 in an append, each durable; published as the log likes, and last. */
  private static void append(Log log, long from, long to) throws LogException {
    long begun = System.nanoTime();
    ArrayDeque<CompletableFuture<Long>> flying = new ArrayDeque<>();
    for (long at = from; at < to; at += AT_ONCE) {
      List<Entry> entries = new ArrayList<>();
      for (long i = at; i < Math.min(to, at + AT_ONCE); i++) {
        String digest = Digest.sha256("record " + i).toString();
        entries.add(
            new Entry(
                EntryKind.RECEIPT,
                SOURCE,
                i,
                Json.object()
                    .put("request", digest)
                    .put("response", digest)
                    .put("tokens", digest)
                    .build()));
      }
      flying.add(log.append(entries));
      if (flying.size() == IN_FLIGHT) {
        flying.remove().join();
      }
    }
    flying.forEach(CompletableFuture::join);
    double durable = (System.nanoTime() - begun) / 1e9;
    log.publish();
    double published = (System.nanoTime() - begun) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "appended %,d entries of %d bytes: %,.0f/s until durable, %,.0f/s until published too%n",
        to - from,
        log.reader().entry(from).length,
        (to - from) / durable,
        (to - from) / published);
  }

  private static void prove(LogReader reader) throws LogException {
    Random random = new Random(1);
    long size = reader.size();
    long[] proving = new long[ASKED];
    long[] verifying = new long[ASKED];
    int longest = 0;
    int file = 0;
    Digest root = reader.checkpoint().root();
    for (int i = 0; i < ASKED; i++) {
      long index = random.nextLong(size);
      long begun = System.nanoTime();
      InclusionProof proof = reader.inclusion(index, size);
      proving[i] = System.nanoTime() - begun;
      byte[] entry = i % 100 == 0 ? reader.entry(index) : new byte[0];
      begun = System.nanoTime();
      boolean holds = proof.proves(MerkleTree.leaf(entry), root);
      verifying[i] = System.nanoTime() - begun;
      if (holds != (entry.length > 0)) {
        throw new IllegalStateException("the proof of " + index + " says the wrong thing");
      }
      longest = Math.max(longest, proof.path().size());
      file = Math.max(file, TlogProof.of(proof, reader.signed()).encode().length);
    }
    System.out.printf(
        Locale.ROOT,
        "a proof: at most %d hashes, %d bytes with index and size; as tlog-proof file with the"
            + " checkpoint %d%n",
        longest,
        longest * Digest.BYTES + 16,
        file);
    System.out.printf(Locale.ROOT, "proving one:   %s%n", times(proving));
    System.out.printf(Locale.ROOT, "verifying one: %s%n", times(verifying));
  }

  private static void serve(TileSource files, long size) throws IOException {
    Random random = new Random(2);
    long[] reading = new long[ASKED];
    long bytes = 0;
    for (int i = 0; i < ASKED; i++) {
      long tile = random.nextLong(size / AT_ONCE);
      String number =
          String.format(
              Locale.ROOT, tile < 1_000 ? "%2$03d" : "x%1$03d/%2$03d", tile / 1_000, tile % 1_000);
      String name = "tile/" + (i % 2 == 0 ? "0/" : "entries/") + number;
      long begun = System.nanoTime();
      bytes += files.read(name).orElseThrow().length;
      reading[i] = System.nanoTime() - begun;
    }
    System.out.printf(
        Locale.ROOT,
        "reading a full tile or bundle (%d bytes on average): %s%n",
        bytes / ASKED,
        times(reading));
  }

  private static String times(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "p50 %.1f us, p99 %.1f us",
        sorted[sorted.length / 2] / 1e3,
        sorted[sorted.length * 99 / 100] / 1e3);
  }
}
