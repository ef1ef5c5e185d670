// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class NativeBuildTest {
  private final Path cache;

  NativeBuildTest(@TempDir Path cache) {
    this.cache = cache;
  }

  private NativeCompiler compiler() {
    var found = NativeCompiler.find(cache, false);
    Assumptions.assumeTrue(found.isPresent(), "there is no C compiler here");
    return found.orElseThrow();
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new TreeSet<>(files.map(file -> file.getFileName().toString()).toList());
    }
  }

  @Test
  void buildersAtTheSameTimeEndWithOneIntactLibrary() throws Exception {
    NativeCompiler compiler = compiler();
    List<Callable<Path>> builders = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      builders.add(() -> NativeBuild.ofKernels(compiler, cache).machine());
    }
    Set<Path> libraries = new TreeSet<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (var built : threads.invokeAll(builders)) {
        libraries.add(built.get());
      }
    }
    assertThat(libraries).hasSize(1);
    Path library = libraries.iterator().next();
    assertThat(names(cache.resolve("native")))
        .hasSize(1)
        .noneMatch(name -> name.startsWith("build"));
    assertThat(names(library.resolveSibling(".")))
        .containsExactly(library.getFileName().toString(), library.getFileName() + ".sha256");
  }

  @Test
  void aDamagedLibraryIsBuiltAnew() throws IOException {
    NativeBuild build = NativeBuild.ofKernels(compiler(), cache);
    Path library = build.machine();
    NativeBuild.markChecked(library);
    assertThat(NativeBuild.isChecked(library)).isTrue();
    byte[] bytes = Files.readAllBytes(library);
    byte[] damaged = bytes.clone();
    damaged[damaged.length / 2] ^= 1;
    // Written beside and moved, since the file may be in use.
    Files.delete(library);
    Files.write(library, damaged);
    assertThat(NativeBuild.isChecked(library)).isFalse();
    assertThat(build.machine()).isEqualTo(library);
    assertThat(Files.readAllBytes(library)).isNotEqualTo(damaged);
    Files.delete(library);
    assertThat(build.machine()).exists();
  }

  @Test
  void whatAKilledBuildLeftGoesAfterADay() throws IOException {
    Path old = Files.createDirectories(cache.resolve("native").resolve("build-1"));
    Files.writeString(old.resolve("half.o"), "half");
    Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH));
    Path young = Files.createDirectories(cache.resolve("native").resolve("build-2"));
    NativeBuild.ofKernels(compiler(), cache).machine();
    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void aCompilerThatFailsOrIsMissingIsNamed() {
    NativeCompiler failing = new NativeCompiler(List.of("false"), Map.of(), "none");
    assertThatThrownBy(() -> NativeBuild.ofKernels(failing, cache).machine())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("failed with status 1");
    NativeCompiler missing = new NativeCompiler(List.of("no-such-compiler"), Map.of(), "none");
    assertThatThrownBy(() -> NativeBuild.ofKernels(missing, cache).machine())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no-such-compiler");
    assertThat(cache.resolve("native")).isEmptyDirectory();
  }

  @Test
  void everyVariantHasItsSources() {
    for (NativeVariant variant : NativeVariant.values()) {
      String header = variant.flags().getLast().replaceAll(".*\"(.*)\"", "$1");
      assertThat(NativeBuild.class.getResource("native/" + header)).isNotNull();
    }
  }

  @Test
  void describesWhichKernelIsUsed() {
    assertThat(NativeLibrary.describe())
        .startsWith(NativeKernels.available().isEmpty() ? "" : "native-");
  }
}
