// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.replay;

import dev.freehold.record.Digest;
import dev.freehold.verify.verdict.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of models lie on this machine.
 *
 * @param givenOrNull the file that whoever asks names, or null
 * @param cache FREEHOLD_CACHE: models lie in its folder {@code models} under their digests
 */
public record ModelFiles(@Nullable Path givenOrNull, Path cache) {

  /** What came of looking for a model. */
  sealed interface Search {
    /**
     * The bytes are here, and were hashed.
     *
     * @param file where
     */
    record Found(Path file) implements Search {}

    /**
     * They are not: the verdict says why.
     *
     * @param verdict Invalid or Undecidable
     */
    record NotFound(Verdict verdict) implements Search {}
  }

  /** The folder FREEHOLD_CACHE, or the user's cache folder. */
  public static Path cache(Map<String, String> environment) {
    String set = environment.getOrDefault("FREEHOLD_CACHE", "");
    String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (!set.isBlank()) {
      return Path.of(set);
    }
    return caches.isBlank()
        ? Path.of(System.getProperty("user.home", "."), ".cache", "freehold")
        : Path.of(caches, "freehold");
  }

  Search find(Digest wanted) {
    Path file = givenOrNull == null ? cached(wanted) : givenOrNull;
    if (!Files.isRegularFile(file)) {
      return new Search.NotFound(
          new Verdict.Undecidable(
              "the model %s is not on this machine: get it with 'freehold model pull %s', or name its file with --model (looked for %s)"
                  .formatted(wanted, wanted, file)));
    }
    Digest found;
    try {
      found = digest(file);
    } catch (IOException e) {
      return new Search.NotFound(
          new Verdict.Undecidable("the model's file %s cannot be read: %s".formatted(file, e)));
    }
    if (found.equals(wanted)) {
      return new Search.Found(file);
    }
    if (givenOrNull == null) {
      return new Search.NotFound(
          new Verdict.Undecidable(
              "the cached model %s is damaged (its digest is %s): remove it and pull it again"
                  .formatted(file, found)));
    }
    return new Search.NotFound(
        Verdict.invalid(
            "the receipt is of the model %s, but %s is %s".formatted(wanted, file, found)));
  }

  /** Where the cache would hold a model. */
  public Path cached(Digest model) {
    return cache.resolve("models").resolve(model.hex() + ".gguf");
  }

  private static Digest digest(Path file) throws IOException {
    MessageDigest hash = Digest.newSha256();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(file)) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        hash.update(buffer, 0, length);
      }
    }
    return Digest.of(hash.digest());
  }
}
