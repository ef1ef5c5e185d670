// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.owner;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerTokenTest {
  @TempDir private Path home = Path.of("");

  @Test
  void anotherProcessOfTheOwnerShowsWhatTheNodeAccepts() throws Exception {
    OwnerToken held = OwnerToken.renew(home, new Random(1));
    assertThat(held.accepts(OwnerToken.read(home).orElseThrow().authorization())).isTrue();
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(home.resolve(OwnerToken.FILE))))
        .isEqualTo("rw-------");
  }

  @Test
  void nothingElseIsAccepted() throws Exception {
    Random random = new Random(1);
    OwnerToken before = OwnerToken.renew(home, random);
    OwnerToken now = OwnerToken.renew(home, random);
    String right = now.authorization();
    assertThat(now.accepts(before.authorization())).isFalse();
    assertThat(now.accepts("")).isFalse();
    assertThat(now.accepts("Bearer ")).isFalse();
    assertThat(now.accepts(right.substring("Bearer ".length()))).isFalse();
    assertThat(now.accepts(right + " ")).isFalse();
    assertThat(now.accepts(right.substring(0, right.length() - 1))).isFalse();
    assertThat(now.toString()).doesNotContain(right.substring("Bearer ".length()));
  }

  @Test
  void aFileOpenToOthersIsMadeAnew() throws Exception {
    Path file = Files.writeString(home.resolve(OwnerToken.FILE), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    OwnerToken.renew(home, new Random(1));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  /** What a start that was cut off may leave: nothing, an empty file, a part of the digits. */
  @Test
  void aFileThatIsNotWholeIsNone() throws Exception {
    assertThat(OwnerToken.read(home)).isEmpty();
    Path file = home.resolve(OwnerToken.FILE);
    for (String text : new String[] {"", "ab", "0".repeat(63), "0".repeat(65), "G".repeat(64)}) {
      Files.writeString(file, text);
      assertThat(OwnerToken.read(home)).as(text).isEmpty();
    }
  }
}
