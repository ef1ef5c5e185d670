// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.node.files.OwnerFiles;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys that requests may show. Only their digests are held. */
public final class ApiKeys {
  private static final int SHORTEST = 16;

  private final List<byte[]> digests;

  private ApiKeys(List<byte[]> digests) {
    this.digests = digests;
  }

  /** No key is asked for. */
  public static ApiKeys none() {
    return new ApiKeys(List.of());
  }

  /**
   * Those of a file; none where there is no file.
   *
   * @throws IOException if it isn't there, is open to others, or holds something else
   */
  public static ApiKeys read(@Nullable Path file) throws IOException {
    if (file == null) {
      return none();
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException("there is no API key file " + file);
    }
    if (OwnerFiles.openToOthers(file)) {
      throw new IOException(
          "others than its owner can read or write the API key file "
              + file
              + ": run chmod 600 "
              + file);
    }
    try {
      return parse(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new IOException("the API key file " + file + " is wrong: " + e.getMessage(), e);
    }
  }

  /**
   * Reads one key from each line, as {@link #keys} does.
   *
   * @throws IllegalArgumentException if there is none, or one is shorter than 16 characters or
   *     holds a space
   */
  public static ApiKeys parse(String text) {
    return new ApiKeys(keys(text).stream().map(key -> Digest.sha256(key).bytes()).toList());
  }

  /**
   * The keys of a file, in their order: one in each line; empty lines and lines that start with #
   * say nothing.
   *
   * @throws IllegalArgumentException if there is none, or one is shorter than 16 characters or
   *     holds a space
   */
  public static List<String> keys(String text) {
    List<String> keys = new ArrayList<>();
    int number = 0;
    for (String raw : text.split("\n", -1)) {
      number++;
      String key = raw.strip();
      if (key.isEmpty() || key.startsWith("#")) {
        continue;
      }
      if (key.length() < SHORTEST || key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
        throw new IllegalArgumentException(
            "line "
                + number
                + " is not a key: a key has at least "
                + SHORTEST
                + " printable ASCII characters and no space");
      }
      keys.add(key);
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("there is no key in it");
    }
    return List.copyOf(keys);
  }

  /** True where requests have to show a key. */
  public boolean demanded() {
    return !digests.isEmpty();
  }

  /** True for one of the keys; the time it takes does not depend on how much of a key is right. */
  boolean accepts(String key) {
    byte[] shown = Digest.sha256(key).bytes();
    boolean found = false;
    for (byte[] digest : digests) {
      found |= MessageDigest.isEqual(digest, shown);
    }
    return found;
  }
}
