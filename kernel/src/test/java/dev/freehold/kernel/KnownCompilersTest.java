// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class KnownCompilersTest {
  private final Path cache;
  private final Path program;

  KnownCompilersTest(@TempDir Path folder) throws IOException {
    cache = folder.resolve("cache");
    program = Files.writeString(folder.resolve("cc"), "#!/bin/sh");
  }

  @Test
  void aVersionIsKnownUntilTheProgramIsAnother() throws IOException {
    KnownCompilers known = new KnownCompilers(cache);
    assertThat(known.version(program)).isEmpty();
    known.remember(program, "cc: 12.2");
    assertThat(new KnownCompilers(cache).version(program)).contains("cc: 12.2");
    Files.setLastModifiedTime(program, FileTime.fromMillis(1_000));
    assertThat(known.version(program)).isEmpty();
    known.remember(program, "cc: 13.1");
    Files.writeString(program, "#!/bin/sh\n");
    Files.setLastModifiedTime(program, FileTime.fromMillis(1_000));
    assertThat(known.version(program)).isEmpty();
  }

  @Test
  void aLinkIsKnownByWhatItLeadsTo() throws IOException {
    KnownCompilers known = new KnownCompilers(cache);
    Path link = Files.createSymbolicLink(cache.resolveSibling("gcc"), program);
    known.remember(link, "cc: 12.2");
    assertThat(known.version(program)).contains("cc: 12.2");
    Path other = Files.writeString(cache.resolveSibling("other"), "#!/bin/sh");
    Files.delete(link);
    Files.createSymbolicLink(link, other);
    assertThat(known.version(link)).isEmpty();
  }

  @Test
  void damagedLinesAreNobodysVersion() throws IOException {
    KnownCompilers known = new KnownCompilers(cache);
    known.remember(program, "cc: 12.2");
    Path file = cache.resolve("compilers");
    String line = Files.readAllLines(file).getFirst();
    for (String damaged :
        List.of("", "\t\t\t", line.substring(0, line.lastIndexOf('\t') + 1), "x" + line)) {
      Files.writeString(file, damaged);
      assertThat(known.version(program)).describedAs(damaged).isEmpty();
    }
    Files.write(file, new byte[] {(byte) 0xFF, (byte) 0xFE});
    assertThat(known.version(program)).isEmpty();
  }

  @Test
  void onlyTheLastSixteenAreKept() throws IOException {
    KnownCompilers known = new KnownCompilers(cache);
    for (int i = 0; i < 20; i++) {
      Files.setLastModifiedTime(program, FileTime.fromMillis(1_000L * i));
      known.remember(program, "cc: " + i);
    }
    assertThat(Files.readAllLines(cache.resolve("compilers"))).hasSize(16);
    assertThat(known.version(program)).contains("cc: 19");
  }

  @Test
  void aCacheThatCantBeWrittenIsNoFailure() throws IOException {
    Files.writeString(cache, "no folder");
    KnownCompilers known = new KnownCompilers(cache);
    known.remember(program, "cc: 12.2");
    assertThat(known.version(program)).isEmpty();
  }
}
