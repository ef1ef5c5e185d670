// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import static dev.freehold.evidence.log.Logs.entries;
import static dev.freehold.evidence.log.Logs.join;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power is cut between any two operations of a log. What was flushed stands; each file that was
 * only shown, or deleted, is in any of its states, whatever the others are in: new, old, torn,
 * zeros, empty, missing, or one that was between.
 */
class PowerCutTest {
  private static final long SEED = 20261130;

  /** Publications that fill a tile, and settle more than once. */
  private static final int[] BATCHES = {3, 130, 110, 1, 40};

  /** States that all files are in alike: new, old, torn, zeros, empty, missing. */
  private static final int ALIKE = 6;

  private static final int RANDOM = 3;

  @ParameterizedTest
  @EnumSource(
      value = MemoryStorage.Fault.class,
      names = {"POWER_CUT_BEFORE", "POWER_CUT_HALFWAY", "POWER_CUT_OUT_OF_ORDER"})
  void whereverThePowerIsCutWhatWasPromisedHolds(MemoryStorage.Fault fault) throws Exception {
    MemoryStorage before = new MemoryStorage();
    Promises first = new Promises();
    first.live(before, 250);
    MemoryStorage counting = before.restarted();
    first.copy().live(counting, BATCHES);
    // The others differ from the first in what an append leaves.
    int alikes = fault == MemoryStorage.Fault.POWER_CUT_BEFORE ? ALIKE : 0;
    Random random = new Random(SEED);
    for (int at = 0; at < counting.operations(); at++) {
      MemoryStorage cut = before.failing(at, fault);
      Promises told = first.copy();
      try {
        told.live(cut, BATCHES);
      } catch (LogException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
      for (int i = 0; i < alikes + RANDOM; i++) {
        int alike = i;
        Map<String, Integer> states =
            Promises.states(
                cut, count -> alike < alikes ? Math.min(alike, count - 1) : random.nextInt(count));
        told.copy()
            .hold(
                cut.powerCut(states),
                "%s at operation %d, seed %d: %s".formatted(fault, at, SEED, states));
      }
    }
  }

  /** Two publications that nothing settled, and each state of each file with each of the others. */
  @Test
  void everyCombinationOfStatesOfASmallLogIsMended() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    Promises told = new Promises();
    Log log = Logs.open(storage);
    join(log.append(entries(0, 3)));
    told.checkpoints.add(log.publish().checkpoint());
    join(log.append(entries(3, 5)));
    told.checkpoints.add(log.publish().checkpoint());
    told.durable = 5;
    List<String> names = List.copyOf(storage.states().keySet());
    assertThat(names)
        .containsExactly(
            "checkpoint",
            "tile/0/000.p/3",
            "tile/0/000.p/5",
            "tile/entries/000.p/3",
            "tile/entries/000.p/5");
    int combinations = storage.states().values().stream().reduce(1, Math::multiplyExact);
    assertThat(combinations).isEqualTo(3_750);
    for (int combination = 0; combination < combinations; combination++) {
      Map<String, Integer> states = new TreeMap<>();
      int rest = combination;
      for (Map.Entry<String, Integer> each : storage.states().entrySet()) {
        states.put(each.getKey(), rest % each.getValue());
        rest /= each.getValue();
      }
      told.copy().holdOnce(storage.powerCut(states), states.toString());
    }
    log.close();
  }

  /** Lives that end in a fault each, of processes and of the power, one after the other. */
  @Test
  void livesThatAllEndBadlyLoseNothing() throws Exception {
    MemoryStorage.Fault[] faults = MemoryStorage.Fault.values();
    for (long seed = SEED; seed < SEED + 60; seed++) {
      Random random = new Random(seed);
      MemoryStorage storage = new MemoryStorage();
      Promises told = new Promises();
      StringBuilder story = new StringBuilder("seed " + seed);
      for (int life = 0; life < 4; life++) {
        MemoryStorage.Fault fault = faults[random.nextInt(faults.length)];
        int at = random.nextInt(70);
        story.append(", ").append(fault).append(" at ").append(at);
        storage = storage.failing(at, fault);
        try {
          told.live(
              storage, 1 + random.nextInt(120), 1 + random.nextInt(9), 1 + random.nextInt(250));
        } catch (LogException e) {
          assertThat(e.getMessage()).as(story.toString()).isNotBlank();
        }
        storage =
            random.nextBoolean()
                ? storage.powerCut(Promises.states(storage, random::nextInt))
                : storage.restarted();
      }
      told.hold(storage, story.toString());
    }
  }

  /** A clean end leaves nothing to be replayed, and nothing of it to a power cut. */
  @Test
  void aClosedLogIsSettled() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage)) {
      join(log.append(entries(0, 700)));
      log.publish();
    }
    assertThat(storage.list(Journal.FOLDER)).isEmpty();
    assertThat(storage.file("settled")).isEqualTo(storage.file("checkpoint"));
    assertThat(storage.states().keySet()).allMatch(name -> name.startsWith("journal/"));
    MemoryStorage again = storage.restarted();
    Logs.open(again).close();
    assertThat(again.operations()).isZero();
    // Deleted files of the journal may come back.
    Promises told = new Promises();
    told.durable = 700;
    told.hold(storage.powerCut(Promises.states(storage, _ -> 1)), "journal");
  }

  @Test
  void aLogThatIsClosedRightAfterItWasSettledLeavesNoJournal() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage, 100)) {
      for (int i = 0; i < 20; i++) {
        join(log.append(entries(i * 5L, i * 5L + 5)));
        log.publish();
      }
      assertThat(storage.file("settled")).isEqualTo(storage.file("checkpoint"));
      assertThat(storage.list(Journal.FOLDER)).hasSize(1);
    }
    assertThat(storage.list(Journal.FOLDER)).isEmpty();
  }

  @Test
  void whatIsNotPublishedStaysInTheJournalOfAClosedLog() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage)) {
      join(log.append(entries(0, 300)));
      log.publish();
      join(log.append(entries(300, 310)));
    }
    assertThat(storage.list(Journal.FOLDER)).hasSize(1);
    assertThat(new String(storage.file("checkpoint"), StandardCharsets.UTF_8)).contains("\n300\n");
    MemoryStorage cut = storage.powerCut(Promises.states(storage, states -> states - 1));
    try (Log log = Logs.open(cut)) {
      assertThat(log.sizeDurable()).isEqualTo(310);
      assertThat(log.newest().orElseThrow().checkpoint().size()).isEqualTo(310);
    }
  }

  /** Only the journal, until one of its files is full. */
  @Test
  void publishingFlushesNothing() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    Log log = Logs.open(storage);
    for (int i = 0; i < 40; i++) {
      join(log.append(entries(i * 10L, i * 10L + 10)));
      log.publish();
    }
    assertThat(storage.states().keySet())
        .contains("checkpoint", "tile/0/000", "tile/entries/000", "tile/0/001.p/144")
        .doesNotContain("settled", "journal/00000000000000000000");
    assertThat(storage.list(Journal.FOLDER)).hasSize(1);
    log.close();
  }
}
