// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.record.Json;
import java.time.InstantSource;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code freehold model rm}. */
@Command(
    name = "rm",
    description =
        "Remove a model from this machine (a linked file stays where its owner keeps it).")
final class ModelRemove extends Verb {
  @Parameters(paramLabel = "MODEL", description = "A name or a digest.")
  private String model = "";

  @Override
  int run() throws Exception {
    ModelStore store = new ModelStore(places.cache(), InstantSource.system());
    Optional<StoredModel> here = store.find(model);
    if (here.isEmpty()) {
      throw new Failure(
          "no model '" + model + "' is here; 'freehold model list' shows those that are");
    }
    boolean linked = store.isLink(here.get());
    store.remove(here.get().digest());
    if (json) {
      screen.json(
          Json.object()
              .put("removed", here.get().digest().toString())
              .put("name", here.get().name())
              .build());
    } else {
      screen.line(
          "Removed " + here.get().name() + (linked ? " (the linked file was left alone)" : ""));
    }
    return OK;
  }
}
