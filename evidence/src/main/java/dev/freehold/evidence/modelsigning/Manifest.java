// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.modelsigning;

import dev.freehold.evidence.dsse.InTotoStatement;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * What a signature of a model is over: every file with its digest
 * (docs/formats/model-signature.md).
 *
 * @param modelName what the signer called it; nothing depends on it
 * @param serialization how files were listed and hashed
 * @param resources the files or their shards, in the order of the root digest
 */
public record Manifest(String modelName, Serialization serialization, List<Resource> resources) {
  /** The predicate's type. */
  public static final String PREDICATE_TYPE = "https://model_signing/signature/v1.0";

  /** The name of the one resource of a model that is a file and no folder. */
  public static final String ONE_FILE = ".";

  /**
   * A file or a shard.
   *
   * @param name path from the model's folder, for a shard with its range
   * @param digest lower-case hexadecimal
   */
  public record Resource(String name, String digest) {}

  /**
   * Checks the names.
   *
   * @throws IllegalArgumentException if there is no resource, or a name is unsound or stands twice
   */
  public Manifest {
    resources = List.copyOf(resources);
    if (resources.isEmpty() || modelName.isEmpty()) {
      throw new IllegalArgumentException("a model has a name and at least one file");
    }
    Set<String> names = new HashSet<>();
    for (Resource resource : resources) {
      String file =
          serialization.method() == Serialization.Method.SHARDS
              ? Shard.parse(resource.name()).file()
              : resource.name();
      if (!file.equals(ONE_FILE) && !Serialization.soundPath(file)) {
        throw new IllegalArgumentException("\"" + file + "\" is not a path in a model's folder");
      }
      if (!names.add(resource.name())) {
        throw new IllegalArgumentException("\"" + resource.name() + "\" stands twice");
      }
      if (!resource.digest().matches("([0-9a-f]{2})+")
          || (serialization.hashType().equals("sha256")
              && resource.digest().length() != 2 * Digest.BYTES)) {
        throw new IllegalArgumentException(
            "the digest of \"" + resource.name() + "\" is not " + serialization.hashType());
      }
    }
    if (names.stream().anyMatch(n -> n.equals(ONE_FILE)) && names.size() > 1) {
      throw new IllegalArgumentException("a model is one file or a folder, not both");
    }
  }

  /**
   * A range of bytes of a file.
   *
   * @param file its name
   * @param start the first byte
   * @param end the byte after the last
   */
  record Shard(String file, long start, long end) {
    static Shard parse(String name) {
      int second = name.lastIndexOf(':');
      int first = second < 1 ? -1 : name.lastIndexOf(':', second - 1);
      if (first < 1) {
        throw new IllegalArgumentException("\"" + name + "\" names no range of a file");
      }
      String start = name.substring(first + 1, second);
      String end = name.substring(second + 1);
      if (!start.matches("0|[1-9][0-9]{0,17}") || !end.matches("[1-9][0-9]{0,17}")) {
        throw new IllegalArgumentException("\"" + name + "\" names no range of a file");
      }
      return new Shard(name.substring(0, first), Long.parseLong(start), Long.parseLong(end));
    }

    String name() {
      return file + ":" + start + ":" + end;
    }
  }

  /** The digest by which other statements name the model: over all resources' digests. */
  public Digest rootDigest() {
    MessageDigest hash = Digest.newSha256();
    for (Resource resource : resources) {
      hash.update(HexFormat.of().parseHex(resource.digest()));
    }
    return Digest.of(hash.digest());
  }

  /** The statement that is signed. */
  public InTotoStatement statement() {
    List<Json> items = new ArrayList<>();
    for (Resource resource : resources) {
      items.add(
          Json.object()
              .put("algorithm", serialization.hashType())
              .put("digest", resource.digest())
              .put("name", resource.name())
              .build());
    }
    return new InTotoStatement(
        List.of(InTotoStatement.Subject.of(modelName, rootDigest())),
        PREDICATE_TYPE,
        Json.object()
            .put("resources", Json.array(items))
            .put("serialization", serialization.toJson())
            .build());
  }

  /** Reads the manifest in a statement, and checks its root digest. */
  public static Parsed<Manifest> of(InTotoStatement statement) {
    if (!statement.predicateType().equals(PREDICATE_TYPE)) {
      return new Parsed.Malformed<>(
          "the predicate is of type \"" + statement.predicateType() + "\", not " + PREDICATE_TYPE);
    }
    if (statement.subjects().size() != 1 || statement.subjects().getFirst().sha256().isEmpty()) {
      return new Parsed.Malformed<>("a signature of a model has one subject with its SHA-256");
    }
    try {
      Members predicate = new Members("the predicate", statement.predicate());
      Serialization serialization = Serialization.read(predicate.object("serialization"));
      List<Resource> resources = new ArrayList<>();
      for (Json item : predicate.array("resources").items()) {
        // Other members of a resource descriptor may stand beside these three.
        Members resource = new Members("a resource", item);
        if (!resource.string("algorithm").equals(serialization.hashType())) {
          throw new Members.MalformedException("a resource has another hash than the model");
        }
        resources.add(new Resource(resource.string("name"), resource.string("digest")));
      }
      predicate.end();
      InTotoStatement.Subject subject = statement.subjects().getFirst();
      Manifest manifest = new Manifest(subject.name(), serialization, resources);
      if (!manifest.rootDigest().equals(subject.sha256().orElseThrow())) {
        return new Parsed.Malformed<>("the root digest does not follow from the resources");
      }
      return new Parsed.Read<>(manifest);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }
}
