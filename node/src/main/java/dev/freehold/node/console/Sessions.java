// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.record.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * Who is the owner's browser. A link holds a secret that works once, within fifteen minutes, and is
 * changed for a cookie. All of it ends with the process. Secrets are kept, and compared, as
 * digests.
 */
public final class Sessions {
  private static final Duration LINK = Duration.ofMinutes(15);
  private static final Duration SESSION = Duration.ofDays(30);

  private final RandomGenerator random;
  private final InstantSource clock;
  private final String cookie;
  private final Map<Digest, Instant> links = new ConcurrentHashMap<>();
  private final Map<Digest, Instant> sessions = new ConcurrentHashMap<>();

  /** None yet. */
  public Sessions(RandomGenerator random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
    // Browsers share cookies between all ports of a host: two nodes must not have one name.
    this.cookie = "freehold-" + secret(random).substring(0, 8);
  }

  /** A new secret for one link. */
  public String link() {
    return issue(links, LINK);
  }

  /** Changes a link's secret, which is worth nothing afterwards, for the value of a cookie. */
  Optional<String> enter(String once) {
    Instant until = links.remove(digest(once));
    return until != null && clock.instant().isBefore(until)
        ? Optional.of(issue(sessions, SESSION))
        : Optional.empty();
  }

  /** The header that gives the browser its cookie. */
  String setCookie(String value) {
    return cookie + "=" + value + "; Path=/; HttpOnly; SameSite=Strict";
  }

  /** True where a request's header {@code Cookie} holds a session. */
  public boolean accepts(String cookies) {
    return Arrays.stream(cookies.split(";", -1))
        .map(String::strip)
        .filter(pair -> pair.startsWith(cookie + "="))
        .map(pair -> sessions.get(digest(pair.substring(cookie.length() + 1))))
        .anyMatch(until -> until != null && clock.instant().isBefore(until));
  }

  private String issue(Map<Digest, Instant> to, Duration lifetime) {
    Instant now = clock.instant();
    to.values().removeIf(until -> !now.isBefore(until));
    String secret = secret(random);
    to.put(digest(secret), now.plus(lifetime));
    return secret;
  }

  private static String secret(RandomGenerator random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static Digest digest(String secret) {
    return Digest.sha256(secret.getBytes(StandardCharsets.UTF_8));
  }
}
