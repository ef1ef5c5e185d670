// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Where the node of a home answers: {@code FREEHOLD_HOME/endpoint}, written by {@code up} and taken
 * away when it ends.
 *
 * @param base the API's address, e.g. {@code http://127.0.0.1:8402}
 * @param process the number of the node's process
 * @param model the name of the first model it serves; empty where it serves none of its own
 */
record Endpoint(URI base, long process, String model) {
  private static final String FILE = "endpoint";

  /** The endpoint of a node that is alive. */
  static Optional<Endpoint> find(Path home) {
    try {
      if (Json.parse(Files.readAllBytes(home.resolve(FILE))) instanceof Json.Obj note
          && note.get("url").orElse(Json.Null.VALUE) instanceof Json.Str url
          && note.get("process").orElse(Json.Null.VALUE) instanceof Json.Num process
          && note.get("model").orElse(Json.Null.VALUE) instanceof Json.Str model) {
        Endpoint found =
            new Endpoint(URI.create(url.value()), (long) process.value(), model.value());
        return ProcessHandle.of(found.process()).isPresent()
            ? Optional.of(found)
            : Optional.empty();
      }
    } catch (IOException | JsonException | IllegalArgumentException e) {
      // No node, or the remains of one: the caller starts its own.
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** Tells other processes of this home. */
  void write(Path home) throws IOException {
    Path temporary = Files.createTempFile(home, FILE, ".tmp");
    Files.writeString(
        temporary,
        Json.object()
            .put("url", base.toString())
            .put("process", process)
            .put("model", model)
            .build()
            .write());
    Files.move(temporary, home.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Takes the note away. */
  static void remove(Path home) throws IOException {
    Files.deleteIfExists(home.resolve(FILE));
  }
}
