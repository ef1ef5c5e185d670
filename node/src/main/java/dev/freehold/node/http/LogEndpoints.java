// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.TileSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The node's log as static files (C2SP tlog-tiles): the checkpoint, hash tiles, entry bundles. */
public final class LogEndpoints {
  private static final String CHECKPOINT = "checkpoint";

  /** Nothing else in the folder is anybody's business. */
  private static final Pattern TILE =
      Pattern.compile(
          "tile/(?:entries|[0-9]|[1-5][0-9]|6[0-3])(?:/x[0-9]{3}){0,5}/[0-9]{3}(?:\\.p/[1-9][0-9]{0,2})?");

  private final TileSource files;

  /** Serves the published files in {@code folder}. */
  public LogEndpoints(Path folder) {
    this.files = FolderStorage.reading(folder);
  }

  void file(Exchange exchange, String name) {
    boolean checkpoint = name.equals(CHECKPOINT);
    Optional<byte[]> bytes = Optional.empty();
    if (checkpoint || TILE.matcher(name).matches()) {
      try {
        bytes = files.read(name);
      } catch (IOException e) {
        throw new ApiException(
            ApiError.failed("the file of the log cannot be read: " + e.getMessage()));
      }
    }
    exchange.bytes(
        200,
        checkpoint ? "text/plain; charset=utf-8" : "application/octet-stream",
        bytes.orElseThrow(() -> new ApiException(ApiError.noSuchPath("/log/" + name))),
        Map.of("Cache-Control", checkpoint ? "no-cache" : "public, max-age=31536000, immutable"));
  }
}
