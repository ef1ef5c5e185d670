// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFolderTest {
  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void nobodyElseLooksIntoWhatIsMade(@TempDir Path folder) throws Exception {
    PrivateFolder.make(folder.resolve("above/inside"));
    assertThat(permissions(folder.resolve("above"))).isEqualTo("rwx------");
    assertThat(permissions(folder.resolve("above/inside"))).isEqualTo("rwx------");
  }

  @Test
  void whatIsThereIsLeftAsItIs(@TempDir Path folder) throws Exception {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    PrivateFolder.make(open);
    assertThat(permissions(open)).isEqualTo("rwxr-xr-x");
    PrivateFolder.make(open.resolve("inside"));
    assertThat(permissions(open)).isEqualTo("rwxr-xr-x");
    assertThat(permissions(open.resolve("inside"))).isEqualTo("rwx------");
  }

  @Test
  void aFileInItsPlaceIsNoFolder(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> PrivateFolder.make(file)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> PrivateFolder.make(file.resolve("inside")))
        .isInstanceOf(IOException.class);
  }
}
