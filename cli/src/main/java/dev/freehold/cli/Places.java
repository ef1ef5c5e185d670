// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where things lie on this machine.
 *
 * @param home state: keys, receipts, configuration ({@code FREEHOLD_HOME}, default {@code
 *     ~/.freehold})
 * @param cache what can be fetched again: models, native kernels ({@code FREEHOLD_CACHE}, default
 *     the user's cache folder)
 * @param user the user's own folder, where other programs keep their models
 * @param environment the process's environment
 */
public record Places(Path home, Path cache, Path user, Map<String, String> environment) {
  /** Copies the environment. */
  public Places {
    environment = Map.copyOf(environment);
  }

  /** The places that this process's environment names. */
  public static Places ofEnvironment() {
    Map<String, String> environment = System.getenv();
    Path user = Path.of(System.getProperty("user.home"));
    Path caches = Path.of(environment.getOrDefault("XDG_CACHE_HOME", user + "/.cache"));
    return new Places(
        Path.of(environment.getOrDefault("FREEHOLD_HOME", user + "/.freehold")),
        Path.of(environment.getOrDefault("FREEHOLD_CACHE", caches + "/freehold")),
        user,
        environment);
  }
}
