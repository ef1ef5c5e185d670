// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import dev.freehold.record.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Builds shared libraries out of the C sources in this jar, into {@code native/<digest>/} of the
 * cache, where the digest is that of sources, flags and compiler: a folder is complete or absent,
 * and never changes.
 */
final class NativeBuild {
  private static final int SECONDS = 120;
  private static final List<String> KERNELS =
      List.of(
          "attention.h",
          "lanes_avx256.h",
          "lanes_avx512vnni.h",
          "lanes_neon.h",
          "lanes_scalar.h",
          "layout.h",
          "machine.c",
          "pack.c",
          "product.h",
          "product_amx.h",
          "product_large.c",
          "product_small.c",
          "vectors.c",
          "vectors.h");
  private static final List<String> FLAGS =
      List.of("-std=gnu11", "-O2", "-ffp-contract=off", "-fno-math-errno", "-fvisibility=hidden");

  private static final List<String> SIGNATURES = List.of("layout.h", "sha256.c", "signatures.c");

  private final NativeCompiler compiler;
  private final Path cache;
  private final List<String> sources;
  private final Digest digest;

  private NativeBuild(NativeCompiler compiler, Path cache, List<String> sources)
      throws IOException {
    this.compiler = compiler;
    this.cache = cache;
    this.sources = sources;
    List<byte[]> parts = new ArrayList<>();
    for (String source : sources) {
      parts.add(("\0" + source + "\0").getBytes(StandardCharsets.UTF_8));
      parts.add(source(source));
    }
    digest = Digest.sha256(parts.toArray(byte[][]::new));
  }

  /**
   * Builds the kernels with a compiler.
   *
   * @throws IOException if the jar lacks a source
   */
  static NativeBuild ofKernels(NativeCompiler compiler, Path cache) throws IOException {
    return new NativeBuild(compiler, cache, KERNELS);
  }

  /**
   * Builds the library that signs. It has a digest of its own, so that whoever signs nothing at a
   * start reads nothing of it.
   *
   * @throws IOException if the jar lacks a source
   */
  static NativeBuild ofSignatures(NativeCompiler compiler, Path cache) throws IOException {
    return new NativeBuild(compiler, cache, SIGNATURES);
  }

  /** The library that knows the processor, memory and packing. */
  Path machine() throws IOException {
    return library("machine", List.of(), List.of("machine.c", "pack.c"));
  }

  /** The library of one variant's kernels. */
  Path variant(NativeVariant variant) throws IOException {
    return library(
        variant.label, variant.flags(), List.of("product_small.c", "product_large.c", "vectors.c"));
  }

  /** The library that signs and digests many messages at once. */
  Path signatures() throws IOException {
    return library(
        "signatures",
        List.of("-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx512ifma", "-msha"),
        SIGNATURES.subList(1, SIGNATURES.size()));
  }

  private Path library(String name, List<String> flags, List<String> units) throws IOException {
    String file = System.mapLibraryName("freehold-" + name);
    Path folder = cache.resolve("native").resolve(digest(name, flags).hex());
    Path library = folder.resolve(file);
    if (intact(library)) {
      return library;
    }
    Path fresh = Files.createTempDirectory(Files.createDirectories(folder.getParent()), "build-");
    try {
      deleteAbandoned(fresh);
      build(fresh, file, flags, units);
      Digest built = Digest.sha256(Files.readAllBytes(fresh.resolve(file)));
      Files.writeString(fresh.resolve(file + ".sha256"), built.hex());
      try {
        Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException e) {
        if (!Files.isDirectory(folder)) {
          throw e;
        }
        // Another process was first, or left a damaged one: that is replaced file by file.
        if (!intact(library)) {
          for (String part : List.of(file, file + ".sha256")) {
            Files.move(
                fresh.resolve(part),
                folder.resolve(part),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    } finally {
      delete(fresh);
    }
    return library;
  }

  /** Deletes what builds left behind that were killed: a day older than a fresh one. */
  private static void deleteAbandoned(Path fresh) throws IOException {
    long now = Files.getLastModifiedTime(fresh).toMillis();
    try (DirectoryStream<Path> builds =
        Files.newDirectoryStream(fresh.toAbsolutePath().getParent(), "build-*")) {
      for (Path other : builds) {
        if (now - Files.getLastModifiedTime(other).toMillis() > 86_400_000L) {
          delete(other);
        }
      }
    }
  }

  /** Whether exactly these bytes have passed {@link NativeCheck} before. */
  static boolean isChecked(Path library) throws IOException {
    Path mark = library.resolveSibling(library.getFileName() + ".checked");
    return Files.exists(mark)
        && Files.readString(mark).equals(Digest.sha256(Files.readAllBytes(library)).hex());
  }

  /** Remembers that a library has passed. */
  static void markChecked(Path library) throws IOException {
    Path mark = library.resolveSibling(library.getFileName() + ".checked");
    Path fresh = Files.createTempFile(library.getParent(), "checked", ".tmp");
    Files.writeString(fresh, Digest.sha256(Files.readAllBytes(library)).hex());
    Files.move(fresh, mark, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static boolean intact(Path library) throws IOException {
    Path expected = library.resolveSibling(library.getFileName() + ".sha256");
    return Files.exists(library)
        && Files.exists(expected)
        && Digest.sha256(Files.readAllBytes(library)).hex().equals(Files.readString(expected));
  }

  private void build(Path folder, String file, List<String> flags, List<String> units)
      throws IOException {
    for (String source : sources) {
      Files.write(folder.resolve(source), source(source));
    }
    boolean windows = file.endsWith(".dll");
    List<String> objects = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(units.size())) {
      List<Future<?>> running = new ArrayList<>();
      for (String unit : units) {
        String object = unit + ".o";
        List<String> arguments = new ArrayList<>(FLAGS);
        arguments.addAll(flags);
        if (!windows) {
          arguments.add("-fPIC");
        }
        arguments.addAll(List.of("-c", unit, "-o", object));
        objects.add(object);
        running.add(
            threads.submit(
                () -> {
                  compiler.compile(arguments, folder, SECONDS);
                  return null;
                }));
      }
      for (Future<?> unit : running) {
        unit.get();
      }
    } catch (ExecutionException e) {
      throw new IOException(e.getCause() == null ? e.toString() : e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the native kernel was built", e);
    }
    List<String> link = new ArrayList<>(List.of("-shared", "-o", file));
    link.addAll(objects);
    compiler.compile(link, folder, SECONDS);
    for (String source : sources) {
      Files.delete(folder.resolve(source));
    }
    for (String object : objects) {
      Files.delete(folder.resolve(object));
    }
  }

  private Digest digest(String name, List<String> flags) {
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    String head = String.join("\0", name, platform, compiler.version(), FLAGS + "", flags + "");
    return Digest.sha256(head.getBytes(StandardCharsets.UTF_8), digest.bytes());
  }

  private static byte[] source(String name) throws IOException {
    try (InputStream in = NativeBuild.class.getResourceAsStream("native/" + name)) {
      if (in == null) {
        throw new IOException("the jar lacks the source native/" + name);
      }
      return in.readAllBytes();
    }
  }

  /** Deletes a folder and what it holds. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
