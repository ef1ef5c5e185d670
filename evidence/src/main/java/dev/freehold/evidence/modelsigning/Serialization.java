// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.modelsigning;

import dev.freehold.record.Json;
import dev.freehold.record.Members;
import java.util.ArrayList;
import java.util.List;

/**
 * How a model's files were listed and hashed (docs/formats/model-signature.md).
 *
 * @param method whole files or shards of them
 * @param hashType {@code sha256}, {@code blake2b} or {@code blake3}
 * @param shardSize bytes of a shard; 0 where files are whole
 * @param allowSymlinks whether the signer followed links
 * @param ignorePaths what does not count, each with all below it
 */
public record Serialization(
    Method method,
    String hashType,
    long shardSize,
    boolean allowSymlinks,
    List<String> ignorePaths) {

  /** What a resource is. */
  public enum Method {
    /** A whole file. */
    FILES,
    /** A range of bytes of a file. */
    SHARDS
  }

  private static final List<String> HASH_TYPES = List.of("sha256", "blake2b", "blake3");

  /**
   * Checks what the format demands.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public Serialization {
    ignorePaths = List.copyOf(ignorePaths);
    if (!HASH_TYPES.contains(hashType)) {
      throw new IllegalArgumentException("the hash type is none of " + HASH_TYPES);
    }
    if (method == Method.SHARDS ? shardSize < 1 : shardSize != 0) {
      throw new IllegalArgumentException("a shard size is due with shards, and only there");
    }
    for (String path : ignorePaths) {
      if (!soundPath(path)) {
        throw new IllegalArgumentException("the path \"" + path + "\" cannot be ignored");
      }
    }
  }

  /** Whether it is a path below a folder: no empty part, no {@code .}, no {@code ..}. */
  static boolean soundPath(String path) {
    return !path.isEmpty()
        && path.indexOf('\0') < 0
        && path.indexOf('\\') < 0
        && List.of(path.split("/", -1)).stream()
            .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
  }

  /** Whether the file of that name does not count. */
  boolean ignores(String name) {
    return ignorePaths.stream().anyMatch(p -> name.equals(p) || name.startsWith(p + "/"));
  }

  static Serialization read(Members members) throws Members.MalformedException {
    Method method =
        members.typed(
            "method",
            text ->
                switch (text) {
                  case "files" -> Method.FILES;
                  case "shards" -> Method.SHARDS;
                  default -> throw new IllegalArgumentException("neither files nor shards");
                });
    if (!(members.value("allow_symlinks") instanceof Json.Bool(boolean allowSymlinks))) {
      throw new Members.MalformedException("\"allow_symlinks\" is not true or false");
    }
    List<String> ignorePaths = new ArrayList<>();
    if (members.has("ignore_paths")) {
      for (Json item : members.array("ignore_paths").items()) {
        if (!(item instanceof Json.Str(String path))) {
          throw new Members.MalformedException("a path to ignore is not a string");
        }
        ignorePaths.add(path);
      }
    }
    long shardSize = 0;
    if (members.has("shard_size")) {
      if (!(members.value("shard_size") instanceof Json.Num number
          && number.isSafeInteger()
          && number.value() > 0)) {
        throw new Members.MalformedException("\"shard_size\" is not a whole number above 0");
      }
      shardSize = (long) number.value();
    }
    String hashType = members.string("hash_type");
    members.end();
    return new Serialization(method, hashType, shardSize, allowSymlinks, ignorePaths);
  }

  Json.Obj toJson() {
    return Json.object()
        .put("allow_symlinks", allowSymlinks)
        .put("hash_type", hashType)
        .put(
            "ignore_paths",
            ignorePaths.isEmpty() ? null : Json.array(ignorePaths.stream().map(Json::of).toList()))
        .put("method", method == Method.FILES ? "files" : "shards")
        .put("shard_size", shardSize == 0 ? null : Json.of(shardSize))
        .build();
  }
}
