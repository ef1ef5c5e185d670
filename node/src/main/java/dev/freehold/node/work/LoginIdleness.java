// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.work;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Asks systemd's logind how long nobody did anything at this machine, at most once in five seconds.
 * A desktop tells it when it calls itself idle; at terminals it looks itself. Safe for use by many
 * threads.
 */
final class LoginIdleness implements Supplier<Optional<String>> {
  private static final Duration FRESH = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final InstantSource clock;

  /** Guarded by this object's monitor, as what it said is. */
  private Instant asked = Instant.MIN;

  private Optional<String> said = Optional.empty();

  LoginIdleness(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized Optional<String> get() {
    Instant now = clock.instant();
    if (now.isBefore(asked) || asked.equals(Instant.MIN) || now.isAfter(asked.plus(FRESH))) {
      said = ask();
      asked = now;
    }
    return said;
  }

  private static Optional<String> ask() {
    try {
      // Without a session's name it is the manager that is shown: all sessions of all users.
      Process process =
          new ProcessBuilder("loginctl", "show-session", "-p", "IdleHint", "-p", "IdleSinceHint")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      try (InputStream out = process.getInputStream()) {
        String text = new String(out.readAllBytes(), StandardCharsets.US_ASCII);
        return process.exitValue() == 0 ? Optional.of(text) : Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
