// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import static dev.freehold.evidence.log.Logs.entries;
import static dev.freehold.evidence.log.Logs.entry;
import static dev.freehold.evidence.log.Logs.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The crash table: every operation on the disk of a log that is opened, grows over the end of a
 * tile and is opened again meets every fault. What must survive is asserted after the power is
 * back.
 */
class LogCrashTest {
  /** Batches whose publications leave a tile partial, fill it, and start the next. */
  private static final int[] BATCHES = {3, 200, 53, 1, 260, 2};

  @ParameterizedTest
  @EnumSource(MemoryStorage.Fault.class)
  void whateverFailsNoDurableEntryIsLostAndNoCheckpointContradicted(MemoryStorage.Fault fault)
      throws Exception {
    MemoryStorage before = new MemoryStorage();
    Promises first = new Promises();
    first.live(before, BATCHES);
    MemoryStorage counting = before.restarted();
    first.copy().live(counting, BATCHES);
    int operations = counting.operations();
    assertThat(operations).isGreaterThan(30);
    for (int at = 0; at < operations; at++) {
      String row = fault + " at operation " + at;
      MemoryStorage failing = before.failing(at, fault);
      Promises told = first.copy();
      boolean threw = false;
      try {
        told.live(failing, BATCHES);
      } catch (LogException e) {
        threw = true;
        assertThat(e.getMessage()).as(row).isNotBlank();
      }
      // Only what deletes leftovers may fail unsaid; a power cut there ends what follows.
      assertThat(threw || told.checkpoints.size() == 8).as(row).isTrue();
      told.hold(failing.restarted(), row);
    }
  }

  @ParameterizedTest
  @EnumSource(MemoryStorage.Fault.class)
  void aLogWhoseVeryFirstWritesFailStartsAnew(MemoryStorage.Fault fault) throws Exception {
    MemoryStorage counting = new MemoryStorage();
    new Promises().live(counting, BATCHES);
    for (int at = 0; at < counting.operations(); at++) {
      String row = fault + " at operation " + at;
      MemoryStorage failing = new MemoryStorage().failing(at, fault);
      Promises told = new Promises();
      try {
        told.live(failing, BATCHES);
      } catch (LogException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
      told.hold(failing.restarted(), row);
    }
  }

  @Test
  void afterAFailedWriteNothingIsAppendedButAllThatWasDurableIsReadAndPublished() throws Exception {
    // Operation 0 is the first frame, 1 the second: the disk is full then.
    MemoryStorage full = new MemoryStorage().failing(1, MemoryStorage.Fault.FAILS);
    try (Log log = Logs.open(full)) {
      join(log.append(entries(0, 10)));
      assertThatThrownBy(() -> join(log.append(entry(10))))
          .hasMessageContaining("No space left on device")
          .hasMessageContaining("open the log again");
      assertThatThrownBy(() -> join(log.append(entry(11))))
          .hasMessageContaining("No space left on device");
      assertThat(log.sizeDurable()).isEqualTo(10);
      assertThat(log.publish().checkpoint().size()).isEqualTo(10);
      assertThat(log.reader().entry(9)).isEqualTo(entry(9).encode());
    }
    try (Log log = Logs.open(full.restarted())) {
      assertThat(join(log.append(entry(10)))).isEqualTo(10);
    }
  }

  @Test
  void aPublicationThatFailsIsRepeated() throws Exception {
    MemoryStorage failing = new MemoryStorage().failing(2, MemoryStorage.Fault.FAILS);
    try (Log log = Logs.open(failing)) {
      join(log.append(entries(0, 10)));
      assertThatThrownBy(log::publish)
          .isInstanceOf(LogException.class)
          .hasMessageContaining("publish again");
      assertThat(log.newest()).isEmpty();
      join(log.append(entry(10)));
      assertThat(log.publish().checkpoint().size()).isEqualTo(11);
    }
  }

  @Test
  void aDamagedJournalIsNotOpenedNorChanged() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage)) {
      join(log.append(entry(0)));
      join(log.append(entry(1)));
      join(log.append(entry(2)));
    }
    String name = Journal.name(0);
    byte[] file = storage.file(name);
    int sound = Journal.replay(file, 0).orElseThrow().sound();
    assertThat(file.length).as("zeros are ahead").isGreaterThan(sound);
    int frame = sound / 3;
    for (int at = 0; at < 2 * frame; at++) {
      byte[] changed = file.clone();
      changed[at] ^= 1;
      storage.put(name, changed);
      MemoryStorage copy = storage.restarted();
      assertThatThrownBy(() -> Logs.open(copy))
          .as("byte %d", at)
          .isInstanceOf(LogException.class)
          .hasMessageContaining(name);
      assertThat(copy.operations()).isZero();
    }
    // In the last frame it looks like one that was being written.
    byte[] torn = file.clone();
    torn[sound - 1] ^= 1;
    storage.put(name, torn);
    try (Log log = Logs.open(storage)) {
      assertThat(log.sizeDurable()).isEqualTo(2);
    }
  }

  @Test
  void zerosAheadEndAJournalAndHideNothingBehindThem() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage)) {
      join(log.append(entry(0)));
      join(log.append(entry(1)));
      join(log.append(entry(2)));
    }
    String name = Journal.name(0);
    byte[] zerosAhead = storage.file(name);
    int sound = Journal.replay(zerosAhead, 0).orElseThrow().sound();
    int frame = sound / 3;

    byte[] zeroed = zerosAhead.clone();
    Arrays.fill(zeroed, frame, 2 * frame, (byte) 0);
    refused(storage, name, zeroed, "a sound frame follows one that is not");

    byte[] repeated = zerosAhead.clone();
    System.arraycopy(repeated, 0, repeated, sound + 100, frame);
    refused(storage, name, repeated, "a sound frame follows one that is not");

    try (Log log = Logs.open(storage)) {
      assertThat(storage.file(name)).as("cut off when opened").hasSize(sound);
      assertThat(join(log.append(entry(3)))).isEqualTo(3);
    }
    // As it is left where the log goes on in a new file without being opened anew.
    storage.put(name, zerosAhead);
    try (Log log = Logs.open(storage.restarted())) {
      assertThat(log.sizeDurable()).isEqualTo(4);
    }
    byte[] other = zerosAhead.clone();
    other[sound + 100] = 1;
    refused(storage, name, other, "it ends in a frame that is not sound, but is not the last file");
    byte[] less = zerosAhead.clone();
    Arrays.fill(less, 2 * frame, sound, (byte) 0);
    storage.put(name, less);
    MemoryStorage copy = storage.restarted();
    assertThatThrownBy(() -> Logs.open(copy))
        .isInstanceOf(LogException.class)
        .hasMessageContaining(Journal.name(3))
        .hasMessageContaining("it does not continue the one before it");
    assertThat(copy.operations()).isZero();
  }

  private static void refused(MemoryStorage storage, String name, byte[] file, String why) {
    MemoryStorage copy = storage.restarted();
    copy.put(name, file);
    assertThatThrownBy(() -> Logs.open(copy))
        .isInstanceOf(LogException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(why);
    assertThat(copy.operations()).isZero();
  }

  @Test
  void aLogWithoutItsCheckpointOrWithAnOlderOneOfOthersIsNotOpened() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage)) {
      join(log.append(entries(0, 300)));
      log.publish();
    }
    MemoryStorage without = storage.restarted();
    without.remove("checkpoint");
    without.remove("settled");
    assertThatThrownBy(() -> Logs.open(without)).hasMessageContaining("'checkpoint' is missing");
    MemoryStorage edge = storage.restarted();
    byte[] tile = edge.file("tile/0/001.p/44");
    tile[0] ^= 1;
    edge.put("tile/0/001.p/44", tile);
    assertThatThrownBy(() -> Logs.open(edge)).hasMessageContaining("another root");
    MemoryStorage bundle = storage.restarted();
    byte[] entries = bundle.file("tile/entries/001.p/44");
    entries[20] ^= 1;
    bundle.put("tile/entries/001.p/44", entries);
    assertThatThrownBy(() -> Logs.open(bundle)).hasMessageContaining("not the one that was hashed");
  }
}
