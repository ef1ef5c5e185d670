// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.Puller;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.node.ConfigurationFile;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.serve.ServedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options with which a node is started, and what they come to. */
final class NodeOptions {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description = "Serve this model (repeatable; the catalogue's default unless given).")
  List<String> models = List.of();

  @Option(names = "--threads", description = "Threads of arithmetic (answers do not depend on it).")
  @Nullable Integer threads;

  @Option(names = "--kernel", description = "Arithmetic lane ('freehold doctor' lists them).")
  @Nullable String kernel;

  /** The configuration without its models: defaults, then the home's file, then these options. */
  NodeConfiguration settings(Places places) throws IOException {
    NodeConfiguration configuration = ConfigurationFile.read(places.home(), places.cache());
    if (threads != null) {
      configuration = configuration.withThreads(threads);
    }
    return kernel == null ? configuration : configuration.withKernel(kernel);
  }

  /** The model that a question to a running node goes to, if one was named. */
  Optional<String> firstModel() {
    return models.stream().findFirst();
  }

  /** The models to serve; pulled, if they are not here yet. */
  List<ServedModel> served(Places places, Screen screen) throws Exception {
    ModelStore store = new ModelStore(places.cache(), InstantSource.system());
    List<String> wanted = models.isEmpty() ? List.of(Catalogue.shipped().defaultName()) : models;
    List<ServedModel> served = new ArrayList<>();
    for (String name : wanted) {
      StoredModel model = here(store, name, places, screen);
      // By the name it was asked for: a link may have been named otherwise.
      String called = Catalogue.shipped().find(name).map(ModelEntry::name).orElse(model.name());
      served.add(new ServedModel(called, model.file(), model.digest()));
    }
    return served;
  }

  private static StoredModel here(ModelStore store, String name, Places places, Screen screen)
      throws Exception {
    Optional<StoredModel> stored = store.find(name);
    Optional<ModelEntry> entry = Catalogue.shipped().find(name);
    if (stored.isEmpty() && entry.isPresent()) {
      return new Puller(store, places.environment())
          .pull(entry.get(), screen.progress(entry.get().name()));
    }
    if (stored.isEmpty() && Path.of(name).toFile().isFile()) {
      return store.link(Path.of(name), Path.of(name).toFile().getName(), _ -> {});
    }
    StoredModel model =
        stored.orElseThrow(
            () ->
                new Verb.Failure(
                    "no model '"
                        + name
                        + "' is here or in the catalogue; 'freehold model list' shows them"));
    store.check(model, false);
    return model;
  }
}
