// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.http.ApiKeys;
import dev.freehold.node.owner.OwnerToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What this user's own verbs show to the node of their home: that they are the owner's. */
final class OwnKey {
  private OwnKey() {}

  /**
   * {@code FREEHOLD_API_KEY} where it is set, else the owner's token of the node that runs there,
   * else the first key of the file that the node's configuration names; null where there is none.
   */
  static @Nullable String of(NodeConfiguration configuration, Places places) throws IOException {
    String set = places.environment().get("FREEHOLD_API_KEY");
    if (set != null) {
      return set;
    }
    Optional<OwnerToken> token = OwnerToken.read(places.home());
    if (token.isPresent()) {
      return token.get().secret();
    }
    Path file = configuration.apiKeys();
    return file == null
        ? null
        : ApiKeys.keys(Files.readString(file, StandardCharsets.UTF_8)).getFirst();
  }
}
