// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.link;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.Link;
import dev.freehold.link.LinkSettings;
import dev.freehold.link.Links;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.relay.Absence;
import dev.freehold.link.relay.RelayConnection;
import dev.freehold.link.relay.RelayListener;
import dev.freehold.link.relay.RelayState;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.link.stream.Protocol;
import java.io.IOException;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many idle nodes and busy streams at a relay in another process: {@code bench/run link.Crowd
 * ADDRESS NODES STREAMS}. The streams are spread over ten pairs of nodes; each exchanges messages
 * of 100 bytes twenty times a second for ten seconds. The relay's address must be a loopback one.
 */
public final class Crowd {
  private static final Protocol ECHO = new Protocol("bench/echo");
  private static final int PAIRS = 10;
  private static final int EXCHANGES = 200;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Crowd() {}

  /** Prints how many came online, how long it took, and the streams' round trips. */
  public static void main(String[] arguments) throws Exception {
    RelayAddress relay =
        RelayAddress.parse(arguments[0])
            .orElse(
                why -> {
                  throw new IllegalArgumentException(why);
                });
    if (!relay.host().equals("127.0.0.1")) {
      throw new IllegalArgumentException("loopback only");
    }
    int nodes = Integer.parseInt(arguments[1]);
    int streams = Integer.parseInt(arguments[2]);
    HttpClient http = RelayConnection.http(relay, RANDOM);
    AtomicInteger online = new AtomicInteger();
    List<RelayConnection> idle = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < nodes; i++) {
      idle.add(
          RelayConnection.start(
              relay,
              SigningKey.generate(RANDOM),
              RANDOM,
              MonotonicClock.system(),
              new Idle(online),
              http));
      while (idle.size() - online.get() > 32) {
        Thread.sleep(2);
      }
    }
    while (online.get() < nodes) {
      Thread.sleep(10);
    }
    System.out.printf(
        Locale.ROOT, "%d nodes online after %.1f s%n", nodes, (System.nanoTime() - start) / 1e9);
    exchange(relay, streams);
    System.out.printf(Locale.ROOT, "%d idle nodes are still online%n", online.get());
    idle.forEach(RelayConnection::close);
    System.exit(0);
  }

  private static void exchange(RelayAddress relay, int streams) throws Exception {
    List<Link> links = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      Links served = node(LinkSettings.DEFAULT.withRelays(List.of(relay)));
      Links asker = node(LinkSettings.DEFAULT);
      Link link = asker.to(NodeAddress.behind(served.self(), relay));
      if (!link.awaitUp(Duration.ofSeconds(30))) {
        throw new IllegalStateException("no path: " + link.state());
      }
      links.add(link);
    }
    long[] nanos = new long[streams * EXCHANGES];
    CountDownLatch done = new CountDownLatch(streams);
    AtomicInteger failed = new AtomicInteger();
    for (int i = 0; i < streams; i++) {
      int at = i;
      Thread.startVirtualThread(
          () -> {
            try (LinkStream stream = links.get(at % PAIRS).open(ECHO)) {
              Messages messages = stream.messages(1000);
              Thread.sleep(RANDOM.nextInt(50));
              for (int k = 0; k < EXCHANGES; k++) {
                long start = System.nanoTime();
                messages.send(new byte[100]);
                if (messages.receive().isEmpty()) {
                  throw new IOException("the stream ended before the answer");
                }
                nanos[at * EXCHANGES + k] = System.nanoTime() - start;
                Thread.sleep(50);
              }
            } catch (IOException | InterruptedException e) {
              failed.incrementAndGet();
            } finally {
              done.countDown();
            }
          });
    }
    done.await();
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%d streams, %d failed: round trip p50 %.2f ms, p95 %.2f ms%n",
        streams,
        failed.get(),
        nanos[nanos.length / 2] / 1e6,
        nanos[nanos.length * 95 / 100] / 1e6);
  }

  private static Links node(LinkSettings settings) throws IOException {
    Links links =
        Links.start(
            settings, SigningKey.generate(RANDOM), _ -> true, RANDOM, MonotonicClock.system());
    links.serve(ECHO, stream -> stream.input().transferTo(stream.output()));
    return links;
  }

  /** A node that is only there. */
  private static final class Idle implements RelayListener {
    private final AtomicInteger online;

    /** Owned by the connection's one thread. */
    private boolean counted;

    Idle(AtomicInteger online) {
      this.online = online;
    }

    @Override
    public void received(NodeId from, byte[] payload) {}

    @Override
    public void gone(NodeId node, Absence why) {}

    @Override
    public void changed(RelayState state) {
      boolean up = state instanceof RelayState.Online;
      if (up != counted) {
        online.addAndGet(up ? 1 : -1);
        counted = up;
      }
    }
  }
}
