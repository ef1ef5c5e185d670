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
 * changed for two: a cookie, and a key that only pages of the console's own origin can read. Both
 * are demanded, since browsers send a cookie to every port of a host. All of it ends with the
 * process. Secrets are kept, and compared, as digests.
 */
public final class Sessions {
  private static final Duration LINK = Duration.ofMinutes(15);
  private static final Duration SESSION = Duration.ofDays(30);

  private final RandomGenerator random;
  private final InstantSource clock;
  private final String cookie;
  private final Map<Digest, Instant> links = new ConcurrentHashMap<>();
  private final Map<Digest, Session> sessions = new ConcurrentHashMap<>();

  private record Session(Digest key, Instant until) {}

  /**
   * What a browser shows from now on.
   *
   * @param cookie the cookie's value
   * @param key what the pages send beside it
   */
  record Entered(String cookie, String key) {}

  /** None yet. */
  public Sessions(RandomGenerator random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
    // Browsers share cookies between all ports of a host: two nodes must not have one name.
    this.cookie = "freehold-" + secret(random).substring(0, 8);
  }

  /** A new secret for one link. */
  public String link() {
    Instant now = clock.instant();
    links.values().removeIf(until -> !now.isBefore(until));
    String secret = secret(random);
    links.put(digest(secret), now.plus(LINK));
    return secret;
  }

  /** Changes a link's secret, which is worth nothing afterwards, for a session. */
  Optional<Entered> enter(String once) {
    Instant now = clock.instant();
    Instant until = links.remove(digest(once));
    if (until == null || !now.isBefore(until)) {
      return Optional.empty();
    }
    sessions.values().removeIf(each -> !now.isBefore(each.until));
    Entered entered = new Entered(secret(random), secret(random));
    sessions.put(digest(entered.cookie), new Session(digest(entered.key), now.plus(SESSION)));
    return Optional.of(entered);
  }

  /** The header that gives the browser its cookie. */
  String setCookie(String value) {
    return cookie + "=" + value + "; Path=/; HttpOnly; SameSite=Strict";
  }

  /** True where a request's header {@code Cookie} holds a session, and the key is that one's. */
  public boolean accepts(String cookies, String key) {
    Digest shown = digest(key);
    return Arrays.stream(cookies.split(";", -1))
        .map(String::strip)
        .filter(pair -> pair.startsWith(cookie + "="))
        .map(pair -> sessions.get(digest(pair.substring(cookie.length() + 1))))
        .anyMatch(
            session ->
                session != null
                    && session.key.equals(shown)
                    && clock.instant().isBefore(session.until));
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
