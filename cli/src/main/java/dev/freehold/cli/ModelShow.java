// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.Machine;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.Source;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufException;
import dev.freehold.engine.gguf.Metadata;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code freehold model show}. */
@Command(
    name = "show",
    description =
        "Show what a model is, whether it fits this machine, and how fast it will be (before it is"
            + " pulled, too).")
final class ModelShow extends Verb {
  @Parameters(paramLabel = "MODEL", description = "A name or a digest.")
  private String model = "";

  /** What is shown, whether from the catalogue or from a file. */
  private record Shown(
      String name,
      Digest digest,
      long bytes,
      String licence,
      String architecture,
      long context,
      long cacheBytes,
      String where) {}

  @Override
  int run() throws Exception {
    ModelStore store = new ModelStore(places.cache(), InstantSource.system());
    Optional<StoredModel> here = store.find(model);
    Optional<ModelEntry> entry = Catalogue.shipped().find(model);
    if (here.isEmpty() && entry.isPresent()) {
      here = store.find(entry.get().digest());
    }
    if (here.isPresent() && entry.isEmpty()) {
      entry = Catalogue.shipped().find(here.get().digest());
    }
    Shown shown;
    if (entry.isPresent()) {
      shown = ofEntry(entry.get(), here);
    } else if (here.isPresent()) {
      shown = ofFile(here.get());
    } else {
      throw new Failure(
          "no model '" + model + "' is here or in the catalogue; 'freehold model list' shows them");
    }
    Machine machine = Machine.look();
    Machine.Fit fit = machine.judge(shown.bytes(), shown.cacheBytes());
    if (json) {
      screen.json(
          Json.object()
              .put("name", shown.name())
              .put("digest", shown.digest().toString())
              .put("bytes", shown.bytes())
              .put("licence", shown.licence())
              .put("architecture", shown.architecture())
              .put("context", shown.context())
              .put("here", here.isPresent())
              .put("where", shown.where())
              .put("fits", fit.fits())
              .put("needBytes", fit.needBytes())
              .put("freeBytes", machine.freeBytes())
              .put("expectedTokensPerSecond", Math.rint(fit.tokensPerSecond()))
              .build());
      return OK;
    }
    row("model", shown.name());
    row("digest", shown.digest().toString());
    row("size", String.format(Locale.ROOT, "%,d bytes", shown.bytes()));
    row("licence", shown.licence());
    row("architecture", shown.architecture());
    row("context", String.format(Locale.ROOT, "%,d tokens", shown.context()));
    row("where", shown.where());
    row("this machine", machine.sentence(fit));
    return OK;
  }

  private void row(String name, String value) {
    screen.line(String.format(Locale.ROOT, "%-14s %s", name, value));
  }

  private static Shown ofEntry(ModelEntry entry, Optional<StoredModel> here) {
    return new Shown(
        entry.name(),
        entry.digest(),
        entry.bytes(),
        entry.licence(),
        entry.architecture(),
        entry.context(),
        entry.keyValueBytesPerToken() * entry.context(),
        here.map(m -> m.file().toString())
            .orElse(
                "not here; can be pulled from "
                    + String.join(
                        " or ", entry.sources().stream().map(Source::toString).toList())));
  }

  private static Shown ofFile(StoredModel stored) throws Exception {
    try (Gguf file = Gguf.open(stored.file())) {
      Metadata metadata = file.metadata();
      String architecture = metadata.string("general.architecture").orElse("unknown");
      long context = metadata.integer(architecture + ".context_length").orElse(0);
      long layers = metadata.integer(architecture + ".block_count").orElse(0);
      long width = metadata.integer(architecture + ".embedding_length").orElse(0);
      long heads = Math.max(1, metadata.integer(architecture + ".attention.head_count").orElse(1));
      long keyHeads = metadata.integer(architecture + ".attention.head_count_kv").orElse(heads);
      long headSize =
          metadata.integer(architecture + ".attention.key_length").orElse(width / heads);
      // Three bytes an element pair and two binary32 scales a head (docs/formats/arithmetic.md).
      long perToken = layers * keyHeads * (3 * headSize + 8);
      return new Shown(
          stored.name(),
          stored.digest(),
          stored.bytes(),
          metadata.string("general.license").orElse("not stated in the file"),
          architecture,
          context,
          perToken * context,
          stored.file() + " (from " + stored.source() + ")");
    } catch (GgufException e) {
      throw new Failure(stored.file() + ": " + e.getMessage());
    }
  }
}
