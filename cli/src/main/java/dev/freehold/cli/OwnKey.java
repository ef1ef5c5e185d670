// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.http.ApiKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The API key that this user's own verbs show to the node of their home. */
final class OwnKey {
  private OwnKey() {}

  /**
   * {@code FREEHOLD_API_KEY} where it is set, else the first key of the file that the node's
   * configuration names; null where no key is asked for.
   */
  static @Nullable String of(NodeConfiguration configuration, Places places) throws IOException {
    String set = places.environment().get("FREEHOLD_API_KEY");
    Path file = configuration.apiKeys();
    return set != null || file == null
        ? set
        : ApiKeys.keys(Files.readString(file, StandardCharsets.UTF_8)).getFirst();
  }
}
