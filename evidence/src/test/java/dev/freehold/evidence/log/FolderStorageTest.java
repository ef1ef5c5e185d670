// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.CanonicalJson;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStorageTest {
  private static final String NAME = "journal/00000000000000000000";
  private static final int AHEAD = 1 << 20;

  private static ByteBuffer bytes(int count, int value) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return ByteBuffer.wrap(bytes);
  }

  private static void holds(Path file, int length, int... runs) throws Exception {
    byte[] expected = new byte[length];
    int at = 0;
    for (int i = 0; i < runs.length; i += 2) {
      Arrays.fill(expected, at, at + runs[i], (byte) runs[i + 1]);
      at += runs[i];
    }
    assertThat(Arrays.equals(Files.readAllBytes(file), expected)).isTrue();
  }

  @Test
  void appendsContinueEachOtherOverTheZerosAhead(@TempDir Path folder) throws Exception {
    Path file = folder.resolve(NAME);
    try (FolderStorage storage = FolderStorage.open(folder)) {
      storage.append(NAME, bytes(100, 1), false);
      holds(file, 100, 100, 1);
      storage.append(NAME, bytes(50, 2), true);
      holds(file, 150 + AHEAD, 100, 1, 50, 2);
      storage.append(NAME, bytes(70, 3), true);
      storage.append(NAME, bytes(30, 4), false);
      holds(file, 150 + AHEAD, 100, 1, 50, 2, 70, 3, 30, 4);
      storage.append(NAME, bytes(AHEAD, 5), false);
      holds(file, 250 + AHEAD, 100, 1, 50, 2, 70, 3, 30, 4, AHEAD, 5);
    }
  }

  @Test
  void anAppendThatExceedsTheZerosWritesNewOnesBehind(@TempDir Path folder) throws Exception {
    try (FolderStorage storage = FolderStorage.open(folder)) {
      storage.append(NAME, bytes(1, 1), true);
      storage.append(NAME, bytes(AHEAD + 1, 2), true);
      holds(folder.resolve(NAME), 2 + 2 * AHEAD, 1, 1, AHEAD + 1, 2);
    }
  }

  @Test
  void afterACutOrInAnotherFileAppendsGoToItsEnd(@TempDir Path folder) throws Exception {
    String other = "journal/00000000000000000007";
    try (FolderStorage storage = FolderStorage.open(folder)) {
      storage.append(NAME, bytes(10, 1), true);
      storage.truncate(NAME, 10);
      storage.append(NAME, bytes(5, 2), false);
      holds(folder.resolve(NAME), 15, 10, 1, 5, 2);
      storage.append(other, bytes(3, 3), false);
      holds(folder.resolve(other), 3, 3, 3);
    }
  }

  /** Interrupts the thread that made it, again and again, until it is closed. */
  private static final class Interrupting implements AutoCloseable {
    private final Thread interrupted = Thread.currentThread();
    private final AtomicBoolean on = new AtomicBoolean(true);
    private final Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (long nanos = 1_000; on.get(); nanos = nanos * 3 % 1_000_003) {
                    LockSupport.parkNanos(nanos);
                    interrupted.interrupt();
                  }
                });

    @Override
    public void close() {
      on.set(false);
      while (thread.isAlive()) {
        Thread.onSpinWait();
      }
      Thread.interrupted();
    }
  }

  @Test
  void anInterruptStopsNoWriteAndIsStillThereAfterIt(@TempDir Path folder) throws Exception {
    int interrupted = 0;
    try (FolderStorage storage = FolderStorage.open(folder)) {
      try (Interrupting _ = new Interrupting()) {
        for (int i = 0; i < 80; i++) {
          Thread.interrupted();
          storage.append(NAME, bytes(1 << 12, i), i % 2 == 0);
          storage.write("tile/" + i + "/0", new byte[] {(byte) i});
          storage.show(Map.of("tile/shown/" + i, List.of(bytes(9, i), bytes(3, i))));
          interrupted += Thread.currentThread().isInterrupted() ? 1 : 0;
        }
        storage.flush(IntStream.range(0, 80).mapToObj(i -> "tile/shown/" + i).toList());
        storage.append("journal/00000000000000000300", bytes(9, 9), false);
        storage.truncate("journal/00000000000000000300", 4);
      }
      assertThat(interrupted).isPositive();
      int[] runs = new int[160];
      for (int i = 0; i < 80; i++) {
        runs[2 * i] = 1 << 12;
        runs[2 * i + 1] = i;
        holds(folder.resolve("tile/" + i + "/0"), 1, 1, i);
        holds(folder.resolve("tile/shown/" + i), 12, 12, i);
      }
      Path journal = folder.resolve(NAME);
      holds(journal, (int) Files.size(journal), runs);
      assertThat(Files.size(journal)).isBetween(80L << 12, (80L << 12) + AHEAD);
      holds(folder.resolve("journal/00000000000000000300"), 4, 4, 9);
    }
  }

  @Test
  void anInterruptThatWasThereBeforeStaysAndStopsNothing(@TempDir Path folder) throws Exception {
    try (FolderStorage storage = FolderStorage.open(folder)) {
      Thread.currentThread().interrupt();
      storage.append(NAME, bytes(10, 1), true);
      storage.truncate(NAME, 10);
      storage.write("checkpoint", new byte[] {7});
      assertThat(Thread.interrupted()).isTrue();
      storage.append(NAME, bytes(5, 2), false);
      assertThat(Thread.interrupted()).isFalse();
      holds(folder.resolve(NAME), 15, 10, 1, 5, 2);
      holds(folder.resolve("checkpoint"), 1, 1, 7);
    }
  }

  @Test
  void anInterruptHidesNoFault(@TempDir Path folder) throws Exception {
    try (FolderStorage storage = FolderStorage.open(folder)) {
      storage.append(NAME, bytes(10, 1), false);
      Files.createDirectory(folder.resolve("checkpoint.new"));
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> storage.write("checkpoint", new byte[1]))
          .isInstanceOf(FileSystemException.class);
      assertThatThrownBy(() -> storage.show(Map.of("checkpoint", List.of(bytes(1, 1)))))
          .isInstanceOf(FileSystemException.class);
      assertThatThrownBy(() -> storage.truncate("journal/00000000000000000007", 1))
          .isInstanceOf(NoSuchFileException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void whatIsShownIsWholeForReadersAndReplacesWhatWasThere(@TempDir Path folder) throws Exception {
    try (FolderStorage storage = FolderStorage.open(folder)) {
      storage.show(Map.of("checkpoint", List.of(bytes(9, 1)), "tile/0/000", List.of(bytes(5, 2))));
      holds(folder.resolve("checkpoint"), 9, 9, 1);
      storage.show(Map.of("checkpoint", List.of(bytes(4, 3), bytes(2, 4))));
      holds(folder.resolve("checkpoint"), 6, 4, 3, 2, 4);
      holds(folder.resolve("tile/0/000"), 5, 5, 2);
      assertThat(storage.list("tile/0")).containsExactly("000");
      assertThat(Files.exists(folder.resolve("checkpoint.new"))).isFalse();
    }
  }

  @Test
  void aFlushOfManyFilesFailsWhereOneOfThemIsMissing(@TempDir Path folder) throws Exception {
    try (FolderStorage storage = FolderStorage.open(folder)) {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        names.add("tile/" + i % 7 + "/" + i);
        storage.show(Map.of(names.getLast(), List.of(bytes(5, i))));
      }
      storage.flush(names);
      storage.flush(List.of());
      for (int missing : new int[] {0, 50, 99}) {
        List<String> more = new ArrayList<>(names);
        more.set(missing, "tile/0/none");
        assertThatThrownBy(() -> storage.flush(more))
            .isInstanceOf(NoSuchFileException.class)
            .hasMessageContaining("none");
      }
    }
  }

  @Test
  void aLogWhoseThreadsAreInterruptedGoesOn(@TempDir Path folder) throws Exception {
    try (Log log = Logs.open(FolderStorage.open(folder))) {
      try (Interrupting _ = new Interrupting()) {
        for (int i = 0; i < 120; i++) {
          CompletableFuture<Long> durable =
              log.append(
                  EntryKind.RECEIPT, Logs.SOURCE, i, CanonicalJson.bytes(Logs.entry(i).record()));
          Thread.interrupted();
          log.hasten();
          assertThat(Logs.join(durable)).isEqualTo(i);
          if (i % 40 == 39) {
            log.publish();
          }
        }
      }
    }
    try (Log log = Logs.open(FolderStorage.open(folder))) {
      assertThat(log.sizeDurable()).isEqualTo(120);
      LogCheck.Report report =
          LogCheck.run(FolderStorage.reading(folder), log.newest().orElseThrow(), Logs.KEYS);
      assertThat(report.findings()).isEmpty();
      assertThat(report.entries()).isEqualTo(120);
    }
  }
}
