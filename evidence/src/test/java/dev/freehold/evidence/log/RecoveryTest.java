// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import static dev.freehold.evidence.log.Logs.CLOCK;
import static dev.freehold.evidence.log.Logs.KEYS;
import static dev.freehold.evidence.log.Logs.ORIGIN;
import static dev.freehold.evidence.log.Logs.entries;
import static dev.freehold.evidence.log.Logs.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.ByteMutations;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.record.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What an opening takes for a power cut's work and mends, and what it refuses. */
class RecoveryTest {
  private static final long SEED = 20261130;

  /** 300 entries settled, 20 more published, 5 more durable; its process was killed. */
  private static MemoryStorage killed() throws LogException {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage)) {
      join(log.append(entries(0, 300)));
      log.publish();
    }
    MemoryStorage next = storage.restarted();
    Log log = Logs.open(next);
    join(log.append(entries(300, 320)));
    log.publish();
    join(log.append(entries(320, 325)));
    return next.restarted();
  }

  private static String text(MemoryStorage storage, String name) {
    return new String(storage.file(name), StandardCharsets.UTF_8);
  }

  /** All 325 entries are there, and published. */
  private static void mended(MemoryStorage storage, String what) throws LogException {
    try (Log log = Logs.open(storage)) {
      assertThat(log.newest().orElseThrow().checkpoint().size()).as(what).isEqualTo(325);
      LogCheck.Report report = LogCheck.run(storage, log.newest().orElseThrow(), KEYS);
      assertThat(report.findings()).as(what).isEmpty();
      assertThat(report.entries()).as(what).isEqualTo(325);
    }
    assertThat(text(storage, "settled")).as(what).contains("\n325\n");
  }

  private static void refused(MemoryStorage storage, String... why) {
    MemoryStorage copy = storage.restarted();
    assertThatThrownBy(() -> Logs.open(copy))
        .isInstanceOf(LogException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(why));
    assertThat(copy.operations()).as("nothing is changed").isZero();
  }

  private static byte[] signed(long size, Digest root) {
    return signed(size, root, Logs.SIGNER);
  }

  private static byte[] signed(long size, Digest root, NoteSigner signer) {
    Checkpoint checkpoint = new Checkpoint(ORIGIN, size, root);
    return checkpoint.signed(signer.sign(checkpoint, CLOCK.instant())).encode();
  }

  @Test
  void aProcessThatWasKilledLosesNothing() throws Exception {
    MemoryStorage storage = killed();
    assertThat(text(storage, "settled")).contains("\n300\n");
    assertThat(text(storage, "checkpoint")).contains("\n320\n");
    mended(storage, "killed");
  }

  @Test
  void whatCannotBeShownAnewWhenTheLogIsOpenedIsShownByTheNextPublication() throws Exception {
    MemoryStorage killed = killed();
    MemoryStorage counting = killed.restarted();
    Log counted = Logs.open(counting);
    int operations = counting.operations();
    assertThat(operations).isGreaterThan(5);
    counted.close();
    for (int at = 1; at < operations; at++) {
      MemoryStorage torn =
          killed.powerCut(Promises.states(killed, states -> Math.min(4, states - 1)));
      MemoryStorage storage = torn.failing(at, MemoryStorage.Fault.FAILS);
      try (Log log = Logs.open(storage)) {
        assertThat(log.sizeDurable()).isEqualTo(325);
        join(log.append(entries(325, 326)));
        assertThat(log.publish().checkpoint().size()).isEqualTo(326);
        LogCheck.Report report = LogCheck.run(storage, log.newest().orElseThrow(), KEYS);
        assertThat(report.findings()).as("operation " + at).isEmpty();
      }
    }
  }

  @Test
  void aCheckpointThatIsMissingOrNoneOrCutOffIsMadeAnew() throws Exception {
    MemoryStorage storage = killed();
    byte[] checkpoint = storage.file("checkpoint");
    MemoryStorage without = storage.restarted();
    without.remove("checkpoint");
    mended(without, "missing");
    for (int length = 0; length < checkpoint.length; length += 7) {
      MemoryStorage cut = storage.restarted();
      cut.put("checkpoint", Arrays.copyOf(checkpoint, length));
      mended(cut, "cut off after " + length);
      MemoryStorage zeros = storage.restarted();
      zeros.put("checkpoint", Arrays.copyOf(Arrays.copyOf(checkpoint, length), checkpoint.length));
      mended(zeros, "zeros after " + length);
    }
  }

  @Test
  void anOlderCheckpointIsMadeAnew() throws Exception {
    MemoryStorage storage = killed();
    MemoryStorage whole = storage.restarted();
    Logs.open(whole).close();
    LogReader reader;
    try (Log log = Logs.open(whole)) {
      reader = log.reader();
    }
    for (long size : new long[] {0, 1, 255, 256, 257, 299, 300, 301, 319, 320, 324, 325}) {
      MemoryStorage older = storage.restarted();
      older.put("checkpoint", signed(size, reader.root(size)));
      mended(older, "checkpoint of " + size);
    }
  }

  @Test
  void aCheckpointOfTheLogsOwnThatContradictsItIsRefused() throws Exception {
    MemoryStorage storage = killed();
    for (long size : new long[] {0, 1, 256, 299, 300, 301, 320, 325}) {
      MemoryStorage other = storage.restarted();
      other.put("checkpoint", signed(size, Digest.sha256("another tree")));
      refused(other, "signed a checkpoint of " + size + " entries with another root");
    }
    MemoryStorage larger = storage.restarted();
    larger.put("checkpoint", signed(326, Digest.sha256("another tree")));
    refused(larger, "the file 'checkpoint'", "326 entries", "hold 325", "has lost its end");
  }

  @Test
  void aCheckpointOfAnotherKeyIsRefused() throws Exception {
    MemoryStorage storage = killed();
    byte[] seed = new byte[32];
    seed[0] = 1;
    NoteSigner other = NoteSigner.ed25519(Logs.NAME, SigningKey.ofSeed(seed));
    storage.put("checkpoint", signed(320, Digest.sha256("another tree"), other));
    refused(storage, "the file 'checkpoint'", "is not the log's own");
  }

  @Test
  void whatWasPublishedAndIsGoneFromTheJournalIsMissed() throws Exception {
    MemoryStorage storage = killed();
    String journal = Journal.name(300);
    byte[] frames = storage.file(journal);
    MemoryStorage cut = storage.restarted();
    cut.put(journal, new byte[0]);
    refused(cut, "the file 'checkpoint'", "320 entries", "hold 300", "has lost its end");
    MemoryStorage zeroed = storage.restarted();
    zeroed.put(journal, new byte[frames.length]);
    refused(zeroed, "has lost its end");
    MemoryStorage without = storage.restarted();
    without.remove(journal);
    without.put(Journal.name(0), new byte[0]);
    refused(without, "has lost its end");
  }

  @Test
  void noChangedSettledTreeIsTaken() throws Exception {
    MemoryStorage storage = killed();
    byte[] settled = storage.file("settled");
    Random random = new Random(SEED);
    for (int round = 0; round < 2_000; round++) {
      byte[] changed = ByteMutations.of(settled, random);
      if (Arrays.equals(changed, settled)) {
        continue;
      }
      storage.put("settled", changed);
      String where = "seed " + SEED + ", round " + round;
      MemoryStorage copy = storage.restarted();
      assertThatThrownBy(() -> Logs.open(copy)).as(where).isInstanceOf(LogException.class);
      assertThat(copy.operations()).as(where).isZero();
    }
    storage.put("settled", signed(300, Digest.sha256("another tree")));
    refused(storage, "the file 'settled'", "another root than the tiles at its right edge");
    storage.put("settled", settled);
    for (Tile tile : TreeFiles.edge(300)) {
      MemoryStorage edge = storage.restarted();
      byte[] bytes = edge.file(tile.path());
      bytes[bytes.length - 1] ^= 1;
      edge.put(tile.path(), bytes);
      assertThatThrownBy(() -> Logs.open(edge))
          .isInstanceOf(LogException.class)
          .hasMessageContaining("freehold log check");
    }
  }

  /** As the program before this one left it: everything flushed, and no settled tree named. */
  private static MemoryStorage former(MemoryStorage storage) {
    MemoryStorage former = storage.powerCut(Promises.states(storage, _ -> 0));
    former.remove("settled");
    return former;
  }

  @Test
  void aLogOfAFormerProgramIsOpenedAndSettledBeforeAnythingIsShown() throws Exception {
    MemoryStorage former = former(killed());
    // It kept the journal from its last file on.
    Log log = Logs.open(former);
    assertThat(log.sizeDurable()).isEqualTo(325);
    assertThat(text(former, "settled")).contains("\n320\n");
    MemoryStorage cut = former.powerCut(Promises.states(former, states -> states - 1));
    mended(cut, "after a power cut");
    log.close();
    MemoryStorage unread = former(killed());
    unread.put("checkpoint", new byte[0]);
    refused(unread, "the file 'checkpoint'", "is not the log's own");
    MemoryStorage damaged = former(killed());
    damaged.remove("tile/0/001.p/64");
    assertThatThrownBy(() -> Logs.open(damaged)).hasMessageContaining("tile/0/001.p/64 is missing");
  }

  @Test
  void aLogThatAFormerProgramWentOnWithIsOpened() throws Exception {
    MemoryStorage storage = killed();
    byte[] settled = storage.file("settled");
    MemoryStorage later = storage.restarted();
    Logs.open(later).close();
    later = later.powerCut(Promises.states(later, _ -> 0));
    // It deleted the journal of what it had published, and knew nothing of this file.
    later.put("settled", settled);
    MemoryStorage closed = later.restarted();
    mended(closed, "without a journal");
    Log log = Logs.open(later);
    join(log.append(entries(325, 327)));
    MemoryStorage further = later.restarted();
    further.put("settled", settled);
    try (Log again = Logs.open(further)) {
      assertThat(again.newest().orElseThrow().checkpoint().size()).isEqualTo(327);
      assertThat(LogCheck.run(further, again.newest().orElseThrow(), KEYS).findings()).isEmpty();
    }
    log.close();
    MemoryStorage other = later.restarted();
    other.put("settled", signed(300, Digest.sha256("another tree")));
    refused(other, "signed a checkpoint of 300 entries with another root");
  }

  @Test
  void whatAFormerProgramBuiltOnTornTilesIsNotGoneOnWith() throws Exception {
    MemoryStorage storage = killed();
    byte[] settled = storage.file("settled");
    try (Log log = Logs.open(storage)) {
      join(log.append(entries(325, 1_300)));
      log.publish();
    }
    storage.put("settled", settled);
    Logs.open(storage.restarted()).close();
    for (String name :
        List.of(
            "tile/0/001", "tile/0/003", "tile/entries/001", "tile/entries/004", "tile/1/000.p/5")) {
      MemoryStorage torn = storage.restarted();
      byte[] tile = torn.file(name);
      tile[tile.length / 2] ^= 1;
      torn.put(name, tile);
      refused(torn, "tile");
      torn.put(name, new byte[0]);
      refused(torn, name);
      torn.remove(name);
      refused(torn, name + " is missing");
    }
    // What lies before was settled, and is not read.
    MemoryStorage before = storage.restarted();
    before.put("tile/entries/000", new byte[0]);
    Logs.open(before).close();
  }

  @Test
  void aGapInTheJournalIsRefusedAndFilesBelowTheSettledTreeAreNot() throws Exception {
    MemoryStorage storage = killed();
    MemoryStorage back = storage.restarted();
    // A deletion that a power cut took back.
    back.put(Journal.name(7), "anything".getBytes(StandardCharsets.UTF_8));
    mended(back, "an old file of the journal");
    assertThat(back.list(Journal.FOLDER)).isEmpty();
    MemoryStorage gap = storage.restarted();
    gap.put(Journal.name(301), gap.file(Journal.name(300)));
    gap.remove(Journal.name(300));
    gap.put("checkpoint", gap.file("settled"));
    refused(gap, Journal.name(301), "the entries before it are not in the tree");
  }

  /** A flush that failed is no flush, even where a later one of the same file succeeds. */
  @Test
  void afterAFlushThatFailedNothingIsAppendedAndOpeningMakesTheFilesAnew() throws Exception {
    int failed = 0;
    for (int at = 0; at < 60; at++) {
      MemoryStorage storage = new MemoryStorage().failing(at, MemoryStorage.Fault.FAILS);
      Log log = Logs.open(storage, 1_000);
      boolean flushing = false;
      try {
        for (int i = 0; i < 8; i++) {
          join(log.append(entries(i * 20L, i * 20L + 20)));
          log.publish();
        }
      } catch (LogException e) {
        flushing = String.valueOf(e.getMessage()).contains("cannot be flushed");
      }
      if (flushing) {
        failed++;
        long durable = log.sizeDurable();
        assertThatThrownBy(() -> join(log.append(entries(durable, durable + 1))))
            .hasMessageContaining("open the log again");
        assertThat(log.newest().orElseThrow().checkpoint().size()).isEqualTo(durable);
        log.close();
        MemoryStorage again = storage.restarted();
        Logs.open(again, 1_000).close();
        MemoryStorage cut = again.powerCut(Promises.states(again, states -> states - 1));
        try (Log opened = Logs.open(cut)) {
          assertThat(opened.sizeDurable()).isEqualTo(durable);
          assertThat(LogCheck.run(cut, opened.newest().orElseThrow(), KEYS).findings())
              .as("operation " + at)
              .isEmpty();
        }
      } else {
        log.close();
      }
    }
    assertThat(failed).isGreaterThan(3);
  }

  @Test
  void whatCannotBeFlushedWhenALogIsClosedIsSaidAndNotLost() throws Exception {
    MemoryStorage counting = new MemoryStorage();
    Log counted = Logs.open(counting);
    join(counted.append(entries(0, 10)));
    counted.publish();
    int published = counting.operations();
    counted.close();
    int said = 0;
    for (int at = published; at < counting.operations(); at++) {
      MemoryStorage storage = new MemoryStorage().failing(at, MemoryStorage.Fault.FAILS);
      Log log = Logs.open(storage);
      join(log.append(entries(0, 10)));
      log.publish();
      try {
        log.close();
      } catch (LogException e) {
        said++;
        assertThat(e.getMessage()).contains("Nothing is lost");
        // Closed it is all the same.
        log.close();
      }
      try (Log again = Logs.open(storage.restarted())) {
        assertThat(again.sizeDurable()).isEqualTo(10);
      }
    }
    assertThat(said)
        .as("all but the deletion of the journal")
        .isEqualTo(counting.operations() - published - 1);
  }

  @Test
  void theFilesBetweenTwoSizesAreThoseThatOnlyTheLargerTreeHas() {
    for (long from : new long[] {0, 1, 255, 256, 300, 65_535, 65_536, 70_000}) {
      for (long more : new long[] {0, 1, 2, 256, 511, 65_536, 70_001}) {
        List<String> all = TreeFiles.between(0, from + more);
        List<String> before = TreeFiles.between(0, from);
        assertThat(TreeFiles.between(from, from + more))
            .as("from %d to %d", from, from + more)
            .containsExactlyInAnyOrderElementsOf(
                all.stream().filter(name -> !before.contains(name)).toList());
      }
    }
  }
}
