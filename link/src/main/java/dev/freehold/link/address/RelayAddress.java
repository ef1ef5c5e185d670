// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.address;

import dev.freehold.crypto.NodeId;
import dev.freehold.record.Parsed;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a relay is and which key it has (docs/formats/relay.md): {@code wss://HOST:PORT#did:key:z…}
 * where the relay's certificate is made by its own key, {@code wss://HOST:PORT?tls=ca#did:key:z…}
 * where a proxy with a certificate of the usual authorities stands before it. In both forms the
 * relay proves the key.
 *
 * @param host a name, an IPv4 address, or an IPv6 address in brackets
 * @param port between 1 and 65535
 * @param trust by what its TLS certificate is checked
 * @param relay the relay's key
 */
public record RelayAddress(String host, int port, Trust trust, NodeId relay) {
  /** By what a relay's TLS certificate is checked. */
  public enum Trust {
    /** By the relay's own key, which must have signed it. */
    PINNED,
    /** By this machine's certificate authorities, and for the host's name. */
    AUTHORITIES
  }

  private static final String AUTHORITIES = "?tls=ca";
  private static final Pattern HOST =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
              + "|\\[[0-9a-f:.]{2,45}\\]");
  private static final Pattern FORM =
      Pattern.compile(
          "wss://([^/?#]{1,253}):([1-9][0-9]{0,4})(\\?tls=ca)?#(did:key:z[0-9A-Za-z]+)");

  /**
   * Refuses hosts and ports that are none.
   *
   * @throws IllegalArgumentException if host or port are not of the documented form
   */
  public RelayAddress {
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "'" + host + "' is no host name in lower case, IPv4 address or [IPv6 address]");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a port lies between 1 and 65535, not " + port);
    }
  }

  /** Reads the one text form. */
  public static Parsed<RelayAddress> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (text.length() > 400 || !form.matches()) {
      return new Parsed.Malformed<>("a relay is written as wss://HOST:PORT#did:key:z…");
    }
    Optional<NodeId> relay = NodeId.parse(form.group(4));
    if (relay.isEmpty()) {
      return new Parsed.Malformed<>("after '#' stands the relay's did:key; this is none");
    }
    Trust trust = form.group(3) == null ? Trust.PINNED : Trust.AUTHORITIES;
    try {
      return new Parsed.Read<>(
          new RelayAddress(
              form.group(1), Integer.parseInt(form.group(2)), trust, relay.orElseThrow()));
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }

  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    return "wss://" + host + ":" + port + (trust == Trust.PINNED ? "" : AUTHORITIES) + "#" + relay;
  }
}
