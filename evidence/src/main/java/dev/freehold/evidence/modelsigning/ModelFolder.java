// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.modelsigning;

import dev.freehold.record.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A model on disk: a folder of files, or one file. Links are never followed. */
final class ModelFolder {
  private static final int BUFFER = 1 << 20;

  /** By code points, so that no two machines sort differently. */
  private static final Comparator<String> ORDER =
      (a, b) -> {
        int[] left = a.codePoints().toArray();
        int[] right = b.codePoints().toArray();
        return Arrays.compare(left, right);
      };

  private final SortedMap<String, Path> files;
  private final List<String> strangers;
  private final List<String> ignored;

  private ModelFolder(SortedMap<String, Path> files, List<String> strangers, List<String> ignored) {
    this.files = files;
    this.strangers = strangers;
    this.ignored = ignored;
  }

  /**
   * Lists a model.
   *
   * @param model a folder, or a file
   * @param serialization what to ignore
   */
  static ModelFolder list(Path model, Serialization serialization) throws IOException {
    SortedMap<String, Path> files = new TreeMap<>(ORDER);
    List<String> strangers = new ArrayList<>();
    List<String> ignored = new ArrayList<>();
    if (Files.isRegularFile(model)) {
      files.put(Manifest.ONE_FILE, model);
      return new ModelFolder(files, strangers, ignored);
    }
    Files.walkFileTree(
        model,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (!folder.equals(model) && serialization.ignores(name(model, folder))) {
              ignored.add(name(model, folder));
              return FileVisitResult.SKIP_SUBTREE;
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = name(model, file);
            if (serialization.ignores(name)) {
              ignored.add(name);
            } else if (attributes.isRegularFile()) {
              files.put(name, file);
            } else {
              strangers.add(name);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return new ModelFolder(files, strangers, ignored);
  }

  private static String name(Path model, Path file) {
    List<String> parts = new ArrayList<>();
    model.relativize(file).forEach(part -> parts.add(part.toString()));
    return String.join("/", parts);
  }

  /** The files that count. */
  SortedMap<String, Path> files() {
    return files;
  }

  /** Links, and whatever else is neither a file nor a folder. */
  List<String> strangers() {
    return strangers;
  }

  /** What was there and does not count. */
  List<String> ignored() {
    return ignored;
  }

  /** The resources of all files, hashed with SHA-256. */
  List<Manifest.Resource> resources(Serialization serialization) throws IOException {
    List<Manifest.Resource> resources = new ArrayList<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      resources.addAll(resources(file.getKey(), file.getValue(), serialization));
    }
    return resources;
  }

  /** The resources of one file; none where shards cannot name it, since it is empty. */
  static List<Manifest.Resource> resources(String name, Path file, Serialization serialization)
      throws IOException {
    List<Manifest.Resource> resources = new ArrayList<>();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      if (serialization.method() == Serialization.Method.FILES) {
        return List.of(new Manifest.Resource(name, hash(in, Long.MAX_VALUE, buffer).hex));
      }
      long start = 0;
      while (true) {
        Hashed shard = hash(in, serialization.shardSize(), buffer);
        if (shard.bytes == 0) {
          return resources;
        }
        resources.add(
            new Manifest.Resource(
                new Manifest.Shard(name, start, start + shard.bytes).name(), shard.hex));
        start += shard.bytes;
      }
    }
  }

  private record Hashed(long bytes, String hex) {}

  private static Hashed hash(InputStream in, long limit, byte[] buffer) throws IOException {
    MessageDigest hash = Digest.newSha256();
    long bytes = 0;
    while (bytes < limit) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, limit - bytes));
      if (read < 0) {
        break;
      }
      hash.update(buffer, 0, read);
      bytes += read;
    }
    return new Hashed(bytes, HexFormat.of().formatHex(hash.digest()));
  }
}
