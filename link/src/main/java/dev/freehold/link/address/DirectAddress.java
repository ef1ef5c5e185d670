// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.address;

import dev.freehold.record.Parsed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * An address at which a node listens itself. Who answers there is proven by the handshake.
 *
 * @param address an IPv4 or IPv6 address; never a name
 * @param port between 1 and 65535
 */
public record DirectAddress(InetAddress address, int port) {
  /**
   * Refuses what nobody can connect to. What only the address's holder knows of it (a host's name,
   * a scope) is left out.
   *
   * @throws IllegalArgumentException if the port is none, or the address any or multicast
   */
  public DirectAddress {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a port lies between 1 and 65535, not " + port);
    }
    if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
      throw new IllegalArgumentException("nobody can connect to " + address.getHostAddress());
    }
    try {
      address = InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes", e);
    }
  }

  /** Reads {@link #toString}; a host's name is none. */
  public static Parsed<DirectAddress> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      return new Parsed.Malformed<>("'" + text + "' is not ADDRESS:PORT");
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    try {
      InetAddress address =
          InetAddress.ofLiteral(bracketed ? host.substring(1, host.length() - 1) : host);
      DirectAddress read = new DirectAddress(address, Integer.parseInt(text.substring(colon + 1)));
      return read.toString().equals(text)
          ? new Parsed.Read<>(read)
          : new Parsed.Malformed<>("'" + text + "' is written as " + read);
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("'" + text + "' is not ADDRESS:PORT");
    }
  }

  /** For a socket. */
  public InetSocketAddress socketAddress() {
    return new InetSocketAddress(address, port);
  }

  /** The address and the port, for a person. */
  @Override
  public String toString() {
    String host = address.getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
