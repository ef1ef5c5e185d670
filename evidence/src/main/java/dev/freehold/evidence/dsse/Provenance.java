// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.dsse;

import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one model, adapter or dataset was made of (docs/formats/dsse.md).
 *
 * @param name what it is called
 * @param digest what it is
 * @param kind one of {@link #KINDS}
 * @param made one of {@link #WAYS}
 * @param materials what went into it, sorted here
 * @param finished when it was there
 */
public record Provenance(
    String name,
    Digest digest,
    String kind,
    String made,
    List<Material> materials,
    Timestamp finished) {
  /** The predicate's type. */
  public static final String TYPE = "urn:freehold:provenance:1";

  /** What a thing can be. */
  public static final List<String> KINDS = List.of("model", "adapter", "dataset");

  /** How a thing can be made. */
  public static final List<String> WAYS =
      List.of("trained", "fine-tuned", "merged", "quantized", "converted", "collected", "filtered");

  private static final List<String> ROLES = List.of("base", "adapter", "data", "tokenizer");
  private static final int MATERIAL_LIMIT = 1024;
  private static final Comparator<Material> ORDER =
      Comparator.comparing(Material::role)
          .thenComparing(Material::digest)
          .thenComparing(Material::name);

  /**
   * What went into a thing.
   *
   * @param role {@code base}, {@code adapter}, {@code data} or {@code tokenizer}
   * @param name 1 to 200 printable ASCII characters
   * @param digest decides
   */
  public record Material(String role, String name, Digest digest) {
    /**
     * Checks role and name.
     *
     * @throws IllegalArgumentException if one of them is not sound
     */
    public Material {
      requireOneOf("role", role, ROLES);
      requireName(name);
    }
  }

  /**
   * Checks what the format demands.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public Provenance {
    requireName(name);
    requireOneOf("kind", kind, KINDS);
    requireOneOf("made", made, WAYS);
    materials = materials.stream().sorted(ORDER).toList();
    if (materials.size() > MATERIAL_LIMIT) {
      throw new IllegalArgumentException("more than " + MATERIAL_LIMIT + " materials");
    }
    Set<String> seen = new HashSet<>();
    for (Material material : materials) {
      if (!seen.add(material.role() + material.digest())) {
        throw new IllegalArgumentException("a material stands twice: " + material.digest());
      }
    }
  }

  private static void requireName(String name) {
    if (!name.matches("[ -~]{1,200}")) {
      throw new IllegalArgumentException("a name is 1 to 200 printable ASCII characters");
    }
  }

  private static void requireOneOf(String what, String value, List<String> allowed) {
    if (!allowed.contains(value)) {
      throw new IllegalArgumentException(
          "\"" + what + "\" is none of " + String.join(", ", allowed));
    }
  }

  /** The statement that says it. */
  public InTotoStatement statement() {
    List<Json> items = new ArrayList<>();
    for (Material material : materials) {
      items.add(
          Json.object()
              .put("digest", material.digest().toString())
              .put("name", material.name())
              .put("role", material.role())
              .build());
    }
    return new InTotoStatement(
        List.of(InTotoStatement.Subject.of(name, digest)),
        TYPE,
        Json.object()
            .put("finished", finished.toString())
            .put("kind", kind)
            .put("made", made)
            .put("materials", Json.array(items))
            .build());
  }

  /** Reads what a statement says. */
  public static Parsed<Provenance> of(InTotoStatement statement) {
    if (!statement.predicateType().equals(TYPE)) {
      return new Parsed.Malformed<>(
          "the predicate is of type \"" + statement.predicateType() + "\", not " + TYPE);
    }
    InTotoStatement.Subject subject = statement.subjects().getFirst();
    if (statement.subjects().size() != 1
        || subject.digests().size() != 1
        || subject.sha256().isEmpty()) {
      return new Parsed.Malformed<>("provenance has one subject with its SHA-256");
    }
    try {
      Members members = new Members("the predicate", statement.predicate());
      List<Material> materials = new ArrayList<>();
      for (Json item : members.array("materials").items()) {
        Members material = new Members("a material", item);
        materials.add(
            new Material(
                material.string("role"), material.string("name"), material.digest("digest")));
        material.end();
      }
      Provenance provenance =
          new Provenance(
              subject.name(),
              subject.sha256().orElseThrow(),
              members.string("kind"),
              members.string("made"),
              materials,
              members.typed("finished", Timestamp::parse));
      members.end();
      if (!provenance.materials.equals(materials)) {
        return new Parsed.Malformed<>("the materials are out of order");
      }
      return new Parsed.Read<>(provenance);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }
}
