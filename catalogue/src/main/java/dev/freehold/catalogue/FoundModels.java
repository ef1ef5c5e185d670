// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Models that other programs already keep on this machine. */
public final class FoundModels {
  private static final int DEPTH = 6;
  private static final String OLLAMA_MODEL = "application/vnd.ollama.image.model";

  private FoundModels() {}

  /**
   * A model file of another program.
   *
   * @param program whose it is
   * @param name what that program calls it
   * @param file where it lies
   */
  public record Found(String program, String name, Path file) {}

  /** Looks where Ollama, LM Studio, llama.cpp and the hub's own client keep their models. */
  public static List<Found> search(Path userHome, Map<String, String> environment) {
    Set<Found> found = new LinkedHashSet<>();
    Path cache = Path.of(environment.getOrDefault("XDG_CACHE_HOME", userHome + "/.cache"));
    ollama(Path.of(environment.getOrDefault("OLLAMA_MODELS", userHome + "/.ollama/models")), found);
    ollama(Path.of("/usr/share/ollama/.ollama/models"), found);
    files("LM Studio", userHome.resolve(".lmstudio/models"), found);
    files("LM Studio", cache.resolve("lm-studio/models"), found);
    files(
        "llama.cpp", Path.of(environment.getOrDefault("LLAMA_CACHE", cache + "/llama.cpp")), found);
    files("llama.cpp", userHome.resolve("Library/Caches/llama.cpp"), found);
    files(
        "Hugging Face",
        Path.of(environment.getOrDefault("HF_HOME", cache + "/huggingface")).resolve("hub"),
        found);
    return new ArrayList<>(found);
  }

  private static void files(String program, Path folder, Set<Found> found) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(folder, DEPTH)) {
      walk.filter(f -> f.toString().endsWith(".gguf") && Files.isRegularFile(f))
          .sorted()
          .forEach(
              f -> found.add(new Found(program, Puller.nameOf(f.toString(), Optional.empty()), f)));
    } catch (IOException | UncheckedIOException e) {
      // Another program's folder that may not be read holds nothing for us.
      return;
    }
  }

  /** Ollama keeps blobs by digest, and manifests that say which blob is a model's weights. */
  private static void ollama(Path folder, Set<Found> found) {
    Path manifests = folder.resolve("manifests");
    if (!Files.isDirectory(manifests)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(manifests, DEPTH)) {
      for (Path manifest : walk.filter(Files::isRegularFile).sorted().toList()) {
        blob(folder, manifest, found);
      }
    } catch (IOException | UncheckedIOException e) {
      return;
    }
  }

  private static void blob(Path folder, Path manifest, Set<Found> found) throws IOException {
    Json json;
    try {
      json = Json.parse(Files.readAllBytes(manifest));
    } catch (JsonException e) {
      return;
    }
    if (!(json instanceof Json.Obj root)
        || !(root.get("layers").orElse(Json.Null.VALUE) instanceof Json.Arr layers)) {
      return;
    }
    for (Json layer : layers.items()) {
      if (layer instanceof Json.Obj object
          && object.get("mediaType").equals(Optional.of(Json.of(OLLAMA_MODEL)))
          && object.get("digest").orElse(Json.Null.VALUE) instanceof Json.Str digest
          && digest.value().matches("sha256:[0-9a-f]{64}")) {
        Path file = folder.resolve("blobs").resolve(digest.value().replace(':', '-'));
        if (Files.isRegularFile(file)) {
          int parts = manifest.getNameCount();
          String name = manifest.subpath(parts - 2, parts).toString().replace('/', '-');
          found.add(new Found("Ollama", name.toLowerCase(Locale.ROOT), file));
        }
      }
    }
  }
}
