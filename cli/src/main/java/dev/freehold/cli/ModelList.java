// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.record.Json;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code freehold model list}. */
@Command(name = "list", description = "List the models on this machine and those in the catalogue.")
final class ModelList extends Verb {
  @Override
  int run() throws Exception {
    ModelStore store = new ModelStore(places.cache(), InstantSource.system());
    List<StoredModel> here = store.list();
    List<ModelEntry> offered = new ArrayList<>();
    for (ModelEntry entry : Catalogue.shipped().models()) {
      if (here.stream().noneMatch(m -> m.digest().equals(entry.digest()))) {
        offered.add(entry);
      }
    }
    if (json) {
      List<Json> all = new ArrayList<>();
      here.forEach(m -> all.add(describe(m, store)));
      offered.forEach(m -> all.add(describe(m)));
      screen.json(Json.array(all));
      return OK;
    }
    for (StoredModel model : here) {
      line(
          model.name(),
          model.bytes(),
          "here" + (store.isLink(model) ? " (linked)" : ""),
          model.digest().hex());
    }
    for (ModelEntry model : offered) {
      line(model.name(), model.bytes(), "can be pulled", model.digest().hex());
    }
    return OK;
  }

  private void line(String name, long bytes, String state, String digest) {
    screen.line(
        String.format(
            Locale.ROOT,
            "%-32s %7.0f MB  %-14s %s",
            name,
            bytes / 1e6,
            state,
            digest.substring(0, 12)));
  }

  static Json.Obj describe(StoredModel model, ModelStore store) {
    Optional<ModelEntry> known = Catalogue.shipped().find(model.digest());
    return Json.object()
        .put("name", model.name())
        .put("digest", model.digest().toString())
        .put("bytes", model.bytes())
        .put("here", true)
        .put("linked", store.isLink(model))
        .put("file", model.file().toString())
        .put("source", model.source())
        .put("licence", known.map(ModelEntry::licence).orElse(null))
        .build();
  }

  private static Json.Obj describe(ModelEntry model) {
    return Json.object()
        .put("name", model.name())
        .put("digest", model.digest().toString())
        .put("bytes", model.bytes())
        .put("here", false)
        .put("licence", model.licence())
        .build();
  }
}
