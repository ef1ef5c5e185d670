// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The models that can be had by name: docs/formats/catalogue.md. */
public record Catalogue(String defaultName, List<ModelEntry> models) {
  private static final String FORMAT = "freehold-catalogue/1";

  /** Refuses two models of one name, and a default that is not there. */
  public Catalogue {
    models = List.copyOf(models);
    Set<String> names = new HashSet<>();
    for (ModelEntry model : models) {
      if (!names.add(model.name())) {
        throw new JsonException("the catalogue names " + model.name() + " twice");
      }
    }
    if (!names.contains(defaultName)) {
      throw new JsonException("the catalogue's default " + defaultName + " is not in it");
    }
  }

  /** The catalogue that Freehold ships. */
  public static Catalogue shipped() {
    try (InputStream in = Catalogue.class.getResourceAsStream("catalogue.json")) {
      if (in == null) {
        throw new IllegalStateException("catalogue.json is missing from the jar: build it again");
      }
      return read(in.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException("catalogue.json cannot be read from the jar", e);
    }
  }

  /**
   * Reads a catalogue file.
   *
   * @throws JsonException saying what is wrong with it
   */
  public static Catalogue read(byte[] utf8) {
    Json.Obj root = object(Json.parse(utf8), "a catalogue");
    if (!string(root, "format").equals(FORMAT)) {
      throw new JsonException("the catalogue's format is not " + FORMAT);
    }
    List<ModelEntry> models = new ArrayList<>();
    for (Json item : array(root, "models").items()) {
      models.add(entry(object(item, "a model")));
    }
    return new Catalogue(string(root, "default"), models);
  }

  /** The model that goes by this name, or has this digest. */
  public Optional<ModelEntry> find(String nameOrDigest) {
    String wanted = nameOrDigest.toLowerCase(Locale.ROOT);
    return models.stream()
        .filter(m -> m.name().equals(wanted) || m.digest().toString().equals(wanted))
        .findFirst();
  }

  /** The model that has this digest. */
  public Optional<ModelEntry> find(Digest digest) {
    return models.stream().filter(m -> m.digest().equals(digest)).findFirst();
  }

  /** The model that a newcomer gets. */
  public ModelEntry defaultModel() {
    return find(defaultName).orElseThrow();
  }

  private static ModelEntry entry(Json.Obj json) {
    try {
      List<Source> sources = new ArrayList<>();
      for (Json source : array(json, "sources").items()) {
        if (!(source instanceof Json.Str text)) {
          throw new JsonException("a source is a string");
        }
        sources.add(Source.parse(text.value()));
      }
      if (!(json.get("chat").orElse(Json.Null.VALUE) instanceof Json.Bool chat)) {
        throw new JsonException("\"chat\" is true or false");
      }
      return new ModelEntry(
          string(json, "name"),
          string(json, "title"),
          Digest.parse(string(json, "digest")),
          count(json, "bytes"),
          string(json, "licence"),
          string(json, "architecture"),
          count(json, "parameters"),
          Math.toIntExact(count(json, "context")),
          count(json, "keyValueBytesPerToken"),
          chat.value(),
          new ModelEntry.Text(
              Digest.parse(string(json, "head")),
              Digest.parse(string(json, "tokenizer")),
              json.get("template").isPresent()
                  ? Optional.of(Digest.parse(string(json, "template")))
                  : Optional.empty()),
          sources);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new JsonException("a model of the catalogue: " + e.getMessage());
    }
  }

  private static Json.Obj object(Json value, String what) {
    if (value instanceof Json.Obj object) {
      return object;
    }
    throw new JsonException(what + " is a JSON object");
  }

  private static Json.Arr array(Json.Obj object, String name) {
    if (object.get(name).orElse(Json.Null.VALUE) instanceof Json.Arr array) {
      return array;
    }
    throw new JsonException("\"" + name + "\" is an array");
  }

  private static String string(Json.Obj object, String name) {
    if (object.get(name).orElse(Json.Null.VALUE) instanceof Json.Str text) {
      return text.value();
    }
    throw new JsonException("\"" + name + "\" is a string");
  }

  private static long count(Json.Obj object, String name) {
    if (object.get(name).orElse(Json.Null.VALUE) instanceof Json.Num number
        && number.isSafeInteger()
        && number.value() >= 0) {
      return (long) number.value();
    }
    throw new JsonException("\"" + name + "\" is a count");
  }
}
