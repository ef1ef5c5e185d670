// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import static dev.freehold.evidence.log.Logs.KEYS;
import static dev.freehold.evidence.log.Logs.SOURCE;
import static dev.freehold.evidence.log.Logs.entries;
import static dev.freehold.evidence.log.Logs.entry;
import static dev.freehold.evidence.log.Logs.join;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.record.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;

/** What the outside was told of a log, and what must hold of it whatever happened since. */
final class Promises {
  /** So that a life settles several times. */
  static final long JOURNAL_LIMIT = 12_000;

  private static final NoteSigner WITNESS =
      NoteSigner.cosigner(new KeyName("witness.example"), SigningKey.ofSeed(new byte[32]));

  long durable;
  final List<Checkpoint> checkpoints = new ArrayList<>();

  /** The same promises, for another future. */
  Promises copy() {
    Promises copy = new Promises();
    copy.durable = durable;
    copy.checkpoints.addAll(checkpoints);
    return copy;
  }

  /**
   * A life of a log: it is opened, grows by batches, is published after every second one and
   * cosigned, and is closed.
   */
  void live(LogStorage storage, int... batches) throws LogException {
    try (Log log = Logs.open(storage, JOURNAL_LIMIT)) {
      long at = log.nextSequence(SOURCE).orElseThrow();
      for (int i = 0; i < batches.length; i++) {
        join(log.append(entries(at, at + batches[i])));
        at += batches[i];
        durable = at;
        CompletableFuture<Long> hastened =
            log.append(EntryKind.RECEIPT, SOURCE, at, CanonicalJson.bytes(entry(at).record()));
        log.hasten();
        join(hastened);
        durable = ++at;
        if (i % 2 == 0 || i == batches.length - 1) {
          Checkpoint checkpoint = log.publish().checkpoint();
          checkpoints.add(checkpoint);
          SignatureLine line = WITNESS.sign(checkpoint, Logs.CLOCK.instant());
          assertThat(log.cosigned(checkpoint, List.of(line))).isTrue();
        }
      }
    }
  }

  /** Opens the log, and goes on; all that was promised must hold, also after another power cut. */
  void hold(MemoryStorage storage, String row) throws LogException {
    holdOnce(storage, row);
    MemoryStorage cut = storage.powerCut(states(storage, states -> states - 1));
    holdOnce(cut, row + ", and after a second power cut");
  }

  /** Opens the log, and goes on; all that was promised must hold. */
  void holdOnce(MemoryStorage storage, String row) throws LogException {
    List<Checkpoint> all = new ArrayList<>(checkpoints);
    try (Log log = Logs.open(storage, JOURNAL_LIMIT)) {
      assertThat(log.sizeDurable()).as(row).isGreaterThanOrEqualTo(durable);
      assertThat(log.nextSequence(SOURCE)).as(row).hasValue(log.sizeDurable());
      for (byte[] seen : storage.checkpoints()) {
        all.add(Logs.read(SignedCheckpoint.parse(seen)).checkpoint());
      }
      long seen = all.stream().mapToLong(Checkpoint::size).max().orElse(0);
      durable = log.sizeDurable();
      if (seen > 0) {
        SignedCheckpoint newest = log.newest().orElseThrow();
        assertThat(newest.checkpoint().size()).as(row).isGreaterThanOrEqualTo(seen);
        assertThat(new String(storage.file("checkpoint"), StandardCharsets.UTF_8))
            .as(row)
            .isEqualTo(new String(newest.encode(), StandardCharsets.UTF_8));
        sound(storage, newest, row + ", as it was opened");
      }
      join(log.append(entry(durable)));
      durable++;
      SignedCheckpoint last = log.publish();
      checkpoints.add(last.checkpoint());
      LogReader reader = log.reader();
      for (Checkpoint checkpoint : all) {
        assertThat(reader.root(checkpoint.size())).as(row).isEqualTo(checkpoint.root());
      }
      sound(storage, last, row);
      List<byte[]> entries = reader.entries(0, durable);
      for (int i = 0; i < entries.size(); i++) {
        assertThat(Logs.decode(entries.get(i)).sequence()).as(row).isEqualTo(i);
      }
    }
  }

  /** Every file that readers of this or an older checkpoint may ask for is what it should be. */
  private static void sound(MemoryStorage storage, SignedCheckpoint newest, String row)
      throws LogException {
    LogCheck.Report report = LogCheck.run(storage, newest, KEYS);
    assertThat(report.findings()).as(row).isEmpty();
    assertThat(report.entries()).as(row).isEqualTo(newest.checkpoint().size());
    LogReader reader = new LogReader(storage, newest);
    for (Tile edge : TreeFiles.edge(newest.checkpoint().size())) {
      for (String width : storage.list(TreeFiles.partials(edge))) {
        byte[] partial = storage.file(TreeFiles.partials(edge) + "/" + width);
        int entries = Integer.parseInt(width);
        byte[] whole =
            switch (edge) {
              case Tile.Hashes tile -> Frontier.encode(reader.hashes(tile).subList(0, entries));
              case Tile.Bundle tile -> Bundles.encode(reader.bundle(tile).subList(0, entries));
            };
        assertThat(partial).as(row + ", " + edge.path() + " of " + width).isEqualTo(whole);
      }
    }
  }

  /** Chooses a state for each file that a power cut may change, by how many it has. */
  static Map<String, Integer> states(MemoryStorage storage, ToIntFunction<Integer> choice) {
    Map<String, Integer> chosen = new TreeMap<>();
    storage.states().forEach((name, states) -> chosen.put(name, choice.applyAsInt(states)));
    return chosen;
  }
}
