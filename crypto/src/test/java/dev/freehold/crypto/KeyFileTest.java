// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
  private static final PassphraseSource NONE = PassphraseSource.none();

  private final SecureRandom random = new SecureRandom();
  @TempDir private Path folder = Path.of("");
  private Path file = Path.of("");

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("node.key");
  }

  @Test
  void keepsTheKeyAndLeavesNothingElse() throws Exception {
    SigningKey key = KeyFile.create(file, random);
    assertThat(KeyFile.load(file, NONE).nodeId()).isEqualTo(key.nodeId());
    assertThat(KeyFile.loadOrCreate(file, NONE, random).nodeId()).isEqualTo(key.nodeId());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void onlyTheOwnerMayReadIt() throws IOException {
    assumePosix();
    KeyFile.create(file, random);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void neverReplacesAKey() throws Exception {
    SigningKey key = KeyFile.create(file, random);
    assertThatThrownBy(() -> KeyFile.create(file, random))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(KeyFile.load(file, NONE).nodeId()).isEqualTo(key.nodeId());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw-rw----", "rw----rwx"})
  void refusesAKeyThatOthersMayRead(String permissions) throws IOException {
    assumePosix();
    KeyFile.create(file, random);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    assertThatThrownBy(() -> KeyFile.load(file, NONE))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining(permissions)
        .hasMessageContaining("chmod 600");
  }

  @Test
  void saysWhenThereIsNone() {
    assertThatThrownBy(() -> KeyFile.load(file, NONE)).isInstanceOf(NoSuchFileException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ed25519\" | secp256k1\" | holds a key of kind 'secp256k1'",
        "freehold-key/1 | freehold-key/9 | format is 'freehold-key/9'",
        "did:key:z6Mk | did:key:z6Ml | does not belong",
        "\"kind\" | \"extra\":1,\"kind\" | changed by something other",
        "\"seed\":\" | \"seed\":\"0 | 64 lower-case",
        "{ | [{ | truncated or not a key file"
      })
  void saysWhatIsWrongWithAChangedFile(String from, String to, String reason) throws IOException {
    KeyFile.create(file, random);
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replaceFirst(java.util.regex.Pattern.quote(from), to));
    assertThatThrownBy(() -> KeyFile.load(file, NONE))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(reason);
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    KeyFile.create(file, random);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> KeyFile.load(file, NONE)).isInstanceOf(KeyFileException.class);
    }
  }

  @Test
  void neverFailsOtherwiseOnRandomChanges() throws IOException {
    KeyFile.create(file, random);
    byte[] whole = Files.readAllBytes(file);
    Random seeded = new Random(11);
    for (int i = 0; i < 2000; i++) {
      byte[] changed = whole.clone();
      changed[seeded.nextInt(changed.length)] ^= (byte) (1 + seeded.nextInt(255));
      Files.write(file, changed);
      assertThatThrownBy(() -> KeyFile.load(file, NONE)).isInstanceOf(KeyFileException.class);
    }
  }

  @Test
  void boundsWhatItReads() throws IOException {
    KeyFile.create(file, random);
    Files.write(file, "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> KeyFile.load(file, NONE))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("longer");
  }

  private void assumePosix() {
    assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "skipped: this file system knows no POSIX permissions");
  }
}
