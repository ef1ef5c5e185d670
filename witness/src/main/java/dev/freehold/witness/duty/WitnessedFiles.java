// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.witness.SplitView;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checkpoints that others have vouched for, kept for export: the newest one that met the quorum of
 * witnesses, and all that were stamped, with their stamps (docs/formats/timestamp.md); and split
 * views that were found. Each file is durable before its method returns.
 */
public final class WitnessedFiles {
  /** The folder's name in the home of a node. */
  public static final String FOLDER = "witnessed";

  private static final Pattern STAMP = Pattern.compile("([0-9]{20})\\.([a-z0-9-]{1,40})\\.tsr");
  private static final Pattern CHECKPOINT = Pattern.compile("[0-9]{20}");

  private static final int SPLIT_VIEWS = 16;

  private final Path folder;

  /** The files in a folder, which is there. */
  public WitnessedFiles(Path folder) {
    this.folder = folder;
  }

  /** The folder. */
  public Path folder() {
    return folder;
  }

  private static String name(long size) {
    return String.format(Locale.ROOT, "%020d", size);
  }

  /** Keeps a checkpoint, in place of one of its size. */
  public void keep(SignedCheckpoint checkpoint) throws IOException {
    write(name(checkpoint.checkpoint().size()), checkpoint.encode());
  }

  /** Lets go of checkpoints below a size that nobody stamped. */
  public void forgetBelow(long size) throws IOException {
    for (long kept : checkpoints().headMap(size).keySet()) {
      if (stamps(kept).isEmpty()) {
        Files.deleteIfExists(folder.resolve(name(kept)));
      }
    }
  }

  /** Keeps an authority's response over the checkpoint of a size. */
  public void stamp(long size, String authority, byte[] response) throws IOException {
    write(name(size) + "." + authority + ".tsr", response);
  }

  /** Keeps a split view, under the digest of its bytes; empty where there are enough of them. */
  public Optional<Path> split(SplitView view) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      if (files.filter(file -> file.toString().endsWith(".json")).count() >= SPLIT_VIEWS) {
        return Optional.empty();
      }
    }
    byte[] bytes = view.encode();
    String name = "split-view-" + Digest.sha256(bytes).hex().substring(0, 16) + ".json";
    write(name, bytes);
    return Optional.of(folder.resolve(name));
  }

  /** What is kept, by size; files that are damaged are passed over. */
  public NavigableMap<Long, SignedCheckpoint> checkpoints() throws IOException {
    NavigableMap<Long, SignedCheckpoint> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = String.valueOf(file.getFileName());
        if (CHECKPOINT.matcher(name).matches()) {
          read(file)
              .filter(signed -> name(signed.checkpoint().size()).equals(name))
              .ifPresent(signed -> found.put(signed.checkpoint().size(), signed));
        }
      }
    } catch (NoSuchFileException e) {
      // Nothing was ever kept.
    }
    return found;
  }

  private static Optional<SignedCheckpoint> read(Path file) throws IOException {
    try {
      return SignedCheckpoint.parse(Files.readAllBytes(file))
              instanceof Parsed.Read<SignedCheckpoint>(SignedCheckpoint signed)
          ? Optional.of(signed)
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The responses over the checkpoint of a size, by authority. */
  public Map<String, byte[]> stamps(long size) throws IOException {
    Map<String, byte[]> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Matcher name = STAMP.matcher(String.valueOf(file.getFileName()));
        if (name.matches() && name.group(1).equals(name(size))) {
          found.put(name.group(2), Files.readAllBytes(file));
        }
      }
    } catch (NoSuchFileException e) {
      // Nothing was ever kept.
    }
    return found;
  }

  private void write(String name, byte[] bytes) throws IOException {
    Path fresh = folder.resolve(name + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
    Files.move(
        fresh,
        folder.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel list = FileChannel.open(folder, StandardOpenOption.READ)) {
      list.force(true);
    } catch (IOException e) {
      // Some platforms cannot open a folder; there its list is as durable as it gets.
    }
  }
}
