// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.FoundModels;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.ModelUnavailable;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufException;
import dev.freehold.record.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold model import}. */
@Command(
    name = "import",
    description =
        "Take in model files that are on this machine already, by a link: nothing is copied.")
final class ModelImport extends Verb {
  @Parameters(arity = "0..*", paramLabel = "FILE", description = "GGUF files.")
  private List<Path> files = List.of();

  @Option(
      names = "--found",
      description = "Take in what Ollama, LM Studio, llama.cpp and the hub's client keep here.")
  private boolean found;

  @Option(names = "--name", description = "Call it so (one file only).")
  private @Nullable String name;

  @Override
  int run() throws Exception {
    if (files.isEmpty() == !found) {
      screen.error("name the files to import, or say --found");
      return USAGE;
    }
    ModelStore store = new ModelStore(places.cache(), InstantSource.system());
    List<FoundModels.Found> candidates = new ArrayList<>();
    if (found) {
      candidates.addAll(FoundModels.search(places.user(), places.environment()));
    }
    for (Path file : files) {
      candidates.add(new FoundModels.Found("you", nameOf(file), file));
    }
    List<Json> imported = new ArrayList<>();
    int failures = 0;
    for (FoundModels.Found candidate : candidates) {
      try {
        requireWhole(candidate.file());
        StoredModel model =
            name == null
                ? store.link(candidate.file(), candidate.name(), _ -> {})
                : store.linkAs(candidate.file(), name, _ -> {});
        imported.add(ModelList.describe(model, store));
        if (!json) {
          screen.line(model.name() + " is here, linked to " + candidate.file());
        }
      } catch (ModelUnavailable | GgufException e) {
        failures++;
        screen.error(String.valueOf(e.getMessage()));
      }
    }
    if (json) {
      screen.json(Json.array(imported));
    } else if (candidates.isEmpty()) {
      screen.line("No models of other programs were found on this machine.");
    }
    return failures == 0 ? OK : FAILED;
  }

  /** A file that is cut or broken is refused now, not when it is first asked. */
  private static void requireWhole(Path file) {
    if (Files.isRegularFile(file)) {
      Gguf.open(file).close();
    }
  }

  private String nameOf(Path file) {
    return Optional.ofNullable(name)
        .orElseGet(
            () -> {
              String base = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
              return base.endsWith(".gguf") ? base.substring(0, base.length() - 5) : base;
            });
  }
}
