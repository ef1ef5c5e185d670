// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.node.console.ConsoleRequest;
import dev.freehold.node.console.Sessions;
import dev.freehold.node.owner.OwnerToken;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Who may ask. On loopback the Host header has to name this machine, so that a web page whose name
 * was re-bound to 127.0.0.1 gets nothing; requests that a browser sends for a page of another
 * origin are refused everywhere; and where keys are configured, one has to be shown, or the session
 * of the owner's browser.
 */
public final class Gate {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final boolean loopbackOnly;
  private final String host;
  private final ApiKeys keys;
  private final Sessions sessions;
  private final OwnerToken owner;

  /**
   * @param host the address the node listens on
   * @param owner what the owner's own verbs show
   */
  public Gate(
      boolean loopbackOnly, String host, ApiKeys keys, Sessions sessions, OwnerToken owner) {
    this.owner = owner;
    this.loopbackOnly = loopbackOnly;
    this.host = host.toLowerCase(Locale.ROOT);
    this.keys = keys;
    this.sessions = sessions;
  }

  /** Empty for a request of the right host and origin, whoever sends it. */
  Optional<ApiError> stranger(Exchange exchange) {
    String named = exchange.header("Host").orElse("").toLowerCase(Locale.ROOT);
    if (loopbackOnly) {
      String bare = withoutPort(named);
      if (!LOOPBACK.contains(bare) && !bare.equals(host)) {
        return Optional.of(
            ApiError.forbidden(
                "this node listens on loopback only, and the request names the host '"
                    + named
                    + "'; ask for localhost or 127.0.0.1",
                "wrong_host"));
      }
    }
    Optional<String> origin = exchange.header("Origin");
    if (origin.isPresent()
        && !origin.get().equalsIgnoreCase("http://" + named)
        && !origin.get().equalsIgnoreCase("https://" + named)) {
      return Optional.of(
          ApiError.forbidden(
              "a web page of another origin (" + origin.get() + ") may not use this node",
              "wrong_origin"));
    }
    return Optional.empty();
  }

  /** Empty for a request that may go on. */
  Optional<ApiError> refusal(Exchange exchange) {
    Optional<ApiError> stranger = stranger(exchange);
    if (stranger.isPresent()) {
      return stranger;
    }
    if (exchange.path().startsWith(OwnerEndpoints.PREFIX)) {
      // Whoever may ask the models may not therefore change who is a member.
      return owner(exchange);
    }
    if (owns(exchange)) {
      return Optional.empty();
    }
    if (!keys.demanded() || exchange.path().equals("/healthz")) {
      return Optional.empty();
    }
    String authorization = exchange.header("Authorization").orElse("");
    String scheme = "Bearer ";
    if (!authorization.regionMatches(true, 0, scheme, 0, scheme.length())) {
      return Optional.of(
          ApiError.unauthorized(
              "this node asks for an API key: send the header 'Authorization: Bearer KEY'"));
    }
    if (!keys.accepts(authorization.substring(scheme.length()).strip())) {
      return Optional.of(ApiError.unauthorized("this API key is not one of this node's"));
    }
    return Optional.empty();
  }

  /** Whether it is the owner's own: from this machine, with its token or the console's session. */
  boolean owns(Exchange exchange) {
    return exchange.fromLoopback() && (shows(exchange) || inSession(exchange));
  }

  private boolean inSession(Exchange exchange) {
    return exchange.header("Sec-Fetch-Site").orElse("").equals("same-origin")
        && sessions.accepts(
            exchange.header("Cookie").orElse(""), exchange.header(ConsoleRequest.KEY).orElse(""));
  }

  private boolean shows(Exchange exchange) {
    return exchange.header("Authorization").filter(owner::accepts).isPresent();
  }

  private Optional<ApiError> owner(Exchange exchange) {
    return exchange.fromLoopback() && shows(exchange)
        ? Optional.empty()
        : Optional.of(
            ApiError.forbidden(
                "this is for the node's owner, on this machine: 'Authorization: Bearer' shows what"
                    + " FREEHOLD_HOME/"
                    + OwnerToken.FILE
                    + " holds",
                "not_owner"));
  }

  /** Takes {@code :8402} off {@code localhost:8402}, and leaves {@code [::1]} whole. */
  static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    if (colon < 0 || host.endsWith("]")) {
      return host;
    }
    boolean bareIpv6 = host.indexOf(':') != colon && !host.startsWith("[");
    return bareIpv6 ? host : host.substring(0, colon);
  }
}
