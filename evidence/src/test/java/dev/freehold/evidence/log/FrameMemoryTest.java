// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import static dev.freehold.evidence.log.Logs.KEYS;
import static dev.freehold.evidence.log.Logs.SOURCE;
import static dev.freehold.evidence.log.Logs.entries;
import static dev.freehold.evidence.log.Logs.entry;
import static dev.freehold.evidence.log.Logs.join;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameMemoryTest {
  private static final int LARGE = 600_000;
  private static final long SEED = 43;

  @Test
  void roomIsGivenOutAgainOnlyOnceAllItsEntriesWereGivenBack() {
    FrameMemory memory = new FrameMemory();
    FrameMemory.Room first = memory.room(LARGE, 2);
    FrameMemory.Room second = memory.room(LARGE, 1);
    FrameMemory.Room third = memory.room(LARGE, 1);
    assertThat(List.of(second.slab(), third.slab())).containsOnly(first.slab());
    assertThat(List.of(first.at(), second.at(), third.at())).containsExactly(0, LARGE, 2 * LARGE);
    FrameMemory.Room fourth = memory.room(LARGE, 1);
    assertThat(fourth.slab()).isNotSameAs(first.slab());
    memory.release(first.slab());
    memory.release(first.slab());
    memory.release(first.slab());
    memory.room(LARGE, 1);
    memory.room(LARGE, 1);
    FrameMemory.Room another = memory.room(LARGE, 1);
    assertThat(another.slab()).isNotSameAs(first.slab()).isNotSameAs(fourth.slab());
    memory.release(first.slab());
    memory.room(LARGE, 1);
    memory.room(LARGE, 1);
    FrameMemory.Room again = memory.room(LARGE, 1);
    assertThat(again.slab()).isSameAs(first.slab());
    assertThat(again.at()).isZero();
  }

  @Test
  void bundlesHoldWhatWasAppendedHoweverFramesAndPublicationsFall() throws Exception {
    Random random = new Random(SEED);
    MemoryStorage storage = new MemoryStorage();
    int at = 0;
    while (at < 20_000) {
      try (Log log = Logs.open(storage)) {
        assertThat(log.nextSequence(SOURCE)).hasValue(at);
        for (int round = 0; round < 40; round++) {
          int more = 1 + random.nextInt(400);
          join(log.append(entries(at, at + more)));
          at += more;
          if (random.nextInt(3) == 0) {
            log.publish();
          }
        }
      }
    }
    try (Log log = Logs.open(storage)) {
      assertThat(LogCheck.run(storage, log.publish(), KEYS).findings()).isEmpty();
      List<byte[]> all = log.reader().entries(0, at);
      for (int i = 0; i < at; i++) {
        assertThat(all.get(i)).as("entry %d, seed %d", i, SEED).isEqualTo(entry(i).encode());
      }
    }
  }
}
