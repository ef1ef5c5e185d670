// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import dev.freehold.link.address.RelayAddress.Trust;
import java.net.InetSocketAddress;

/**
 * Where a relay listens and what it takes.
 *
 * @param bind the address; port 0 for any free one
 * @param host the name or address that goes into the relay's own address line
 * @param trust pinned: the relay speaks TLS itself; authorities: a proxy before it does, and the
 *     relay speaks plain WebSocket to that proxy
 * @param publicPort the port of the address line; 0 for the one that is bound
 * @param connections the most connections at once
 * @param connectionsFromOneAddress the most of them from one IP address
 * @param bytesPerSecond how fast one node may send; a faster one is read more slowly
 * @param window bytes that may be under way from one node to another
 * @param udp whether nodes learn by UDP, at the same port, which address they are seen at
 * @param queued bytes that may wait for all nodes together
 */
public record RelaySettings(
    InetSocketAddress bind,
    String host,
    Trust trust,
    int publicPort,
    int connections,
    int connectionsFromOneAddress,
    long bytesPerSecond,
    int window,
    boolean udp,
    long queued) {
  /** Refuses what no relay can work with. */
  public RelaySettings {
    if (connections < 1
        || connectionsFromOneAddress < 1
        || bytesPerSecond < RelayMessage.LENGTH_LIMIT
        || window < 2 * RelayMessage.LENGTH_LIMIT
        || queued < window) {
      throw new IllegalArgumentException("with such limits a relay forwards nothing");
    }
  }

  /** 10,000 nodes, 64 from one address, 64 MiB/s each, 256 KiB between two, 128 MiB in all. */
  public static RelaySettings at(InetSocketAddress bind) {
    return new RelaySettings(
        bind,
        bind.getAddress().isAnyLocalAddress() ? "localhost" : text(bind),
        Trust.PINNED,
        0,
        10_000,
        64,
        64L << 20,
        256 << 10,
        true,
        128L << 20);
  }

  /** With another name in the address line. */
  public RelaySettings named(String other) {
    return new RelaySettings(
        bind,
        other,
        trust,
        publicPort,
        connections,
        connectionsFromOneAddress,
        bytesPerSecond,
        window,
        udp,
        queued);
  }

  /** Behind a proxy that has the certificate and this public port. */
  public RelaySettings behindProxy(int port) {
    return new RelaySettings(
        bind,
        host,
        Trust.AUTHORITIES,
        port,
        connections,
        connectionsFromOneAddress,
        bytesPerSecond,
        window,
        udp,
        queued);
  }

  /** With other numbers of connections. */
  public RelaySettings taking(int all, int fromOneAddress) {
    return new RelaySettings(
        bind, host, trust, publicPort, all, fromOneAddress, bytesPerSecond, window, udp, queued);
  }

  /** Without UDP. */
  public RelaySettings withoutUdp() {
    return new RelaySettings(
        bind,
        host,
        trust,
        publicPort,
        connections,
        connectionsFromOneAddress,
        bytesPerSecond,
        window,
        false,
        queued);
  }

  private static String text(InetSocketAddress bind) {
    String host = bind.getAddress().getHostAddress();
    return host.contains(":") ? "[" + host + "]" : host;
  }
}
