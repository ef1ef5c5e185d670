// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.link;

import dev.freehold.crypto.SigningKey;
import dev.freehold.link.Link;
import dev.freehold.link.LinkSettings;
import dev.freehold.link.Links;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.relay.Relay;
import dev.freehold.link.relay.RelaySettings;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.link.stream.PathKind;
import dev.freehold.link.stream.Protocol;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Time to the first byte of an answer over a plain TCP connection, a direct link and a relayed one,
 * interleaved: {@code bench/run link.Added ROUNDS}. A request has 2 kB, and each opens its own
 * stream (its own connection, for TCP); the server answers one byte.
 */
public final class Added {
  private static final Protocol ASK = new Protocol("bench/ask");
  private static final byte[] REQUEST = new byte[2048];
  private static final SecureRandom RANDOM = new SecureRandom();

  private Added() {}

  /** Prints medians and 95th percentiles, and a direct link's throughput. */
  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[0]);
    InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (Relay relay =
            Relay.start(
                RelaySettings.at(loopback),
                SigningKey.generate(RANDOM),
                RANDOM,
                MonotonicClock.system());
        Links direct = node(LinkSettings.DEFAULT.withLoopback().listeningAt(loopback));
        Links relayed = node(LinkSettings.DEFAULT.withRelays(List.of(relay.address())));
        Links asker = node(LinkSettings.DEFAULT.withLoopback());
        ServerSocket plain = new ServerSocket(0, 50, loopback.getAddress())) {
      Thread.ofVirtual().start(() -> serve(plain));
      Link one = up(asker.to(direct.address()), PathKind.DIRECT);
      Link two = up(asker.to(NodeAddress.behind(relayed.self(), relay.address())), PathKind.RELAY);
      long[][] nanos = new long[3][rounds];
      for (int i = -rounds / 2; i < rounds; i++) {
        long[] taken = {ask(plain.getLocalPort()), ask(one), ask(two)};
        for (int way = 0; way < 3 && i >= 0; way++) {
          nanos[way][i] = taken[way];
        }
      }
      String[] names = {"TCP", "direct link", "through a relay"};
      for (int way = 0; way < 3; way++) {
        Arrays.sort(nanos[way]);
        System.out.printf(
            Locale.ROOT,
            "%-16s p50 %.3f ms  p95 %.3f ms%n",
            names[way],
            nanos[way][rounds / 2] / 1e6,
            nanos[way][rounds * 95 / 100] / 1e6);
      }
      for (Link link : List.of(one, two)) {
        System.out.printf(
            Locale.ROOT, "%s: %.0f MB/s%n", link.state(), bulk(link, 256 << 20) / 1e6);
      }
    }
  }

  private static Links node(LinkSettings settings) throws IOException {
    Links links =
        Links.start(
            settings, SigningKey.generate(RANDOM), _ -> true, RANDOM, MonotonicClock.system());
    links.serve(
        ASK,
        stream -> {
          long left = new DataInputStream(stream.input()).readLong();
          byte[] chunk = new byte[65_536];
          while (left > 0) {
            int read = stream.read(chunk, 0, (int) Math.min(left, chunk.length));
            left -= read;
          }
          stream.write(new byte[1]);
        });
    return links;
  }

  private static Link up(Link link, PathKind kind) throws InterruptedException {
    if (!link.awaitUp(kind, Duration.ofSeconds(20))) {
      throw new IllegalStateException("no path: " + link.state());
    }
    return link;
  }

  private static byte[] head(long length) {
    return ByteBuffer.allocate(8).putLong(length).array();
  }

  private static long ask(Link link) throws IOException {
    long start = System.nanoTime();
    try (LinkStream stream = link.open(ASK)) {
      stream.write(head(REQUEST.length));
      stream.write(REQUEST);
      if (stream.read(new byte[1], 0, 1) != 1) {
        throw new IOException("no answer");
      }
      return System.nanoTime() - start;
    }
  }

  private static double bulk(Link link, long bytes) throws IOException {
    long start = System.nanoTime();
    try (LinkStream stream = link.open(ASK)) {
      stream.write(head(bytes));
      byte[] chunk = new byte[1 << 20];
      for (long sent = 0; sent < bytes; sent += chunk.length) {
        stream.write(chunk);
      }
      if (stream.read(new byte[1], 0, 1) != 1) {
        throw new IOException("no answer");
      }
    }
    return bytes * 1e9 / (System.nanoTime() - start);
  }

  private static long ask(int port) throws IOException {
    long start = System.nanoTime();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      socket.getOutputStream().write(REQUEST);
      if (socket.getInputStream().read() < 0) {
        throw new IOException("no answer");
      }
      return System.nanoTime() - start;
    }
  }

  private static void serve(ServerSocket plain) {
    while (!plain.isClosed()) {
      try {
        Socket socket = plain.accept();
        Thread.ofVirtual()
            .start(
                () -> {
                  try (socket;
                      InputStream input = socket.getInputStream();
                      OutputStream output = socket.getOutputStream()) {
                    if (input.readNBytes(REQUEST.length).length == REQUEST.length) {
                      output.write(1);
                    }
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                });
      } catch (IOException e) {
        return;
      }
    }
  }
}
