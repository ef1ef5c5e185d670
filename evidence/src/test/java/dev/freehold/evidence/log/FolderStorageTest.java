// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
}
