// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.relay.Relay;
import dev.freehold.link.relay.RelaySettings;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.node.market.Board;
import dev.freehold.record.Json;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freehold relay}. */
@Command(
    name = "relay",
    description = {
      "Be a relay for nodes behind NAT: forwards ciphertext between nodes that are connected, and sees"
          + " sizes, times and their names only. It also keeps the offers that they publish.",
      "Prints the line that others need to use it. Loopback only unless --host is given. Ctrl-C ends"
          + " it."
    })
final class RelayVerb extends Verb {
  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Address to listen at; 0.0.0.0 for all (default ${DEFAULT-VALUE}).")
  private String host = "127.0.0.1";

  @Option(names = "--port", description = "Port (0 for any free one; default ${DEFAULT-VALUE}).")
  private int port = 8404;

  @Option(
      names = "--name",
      paramLabel = "HOST",
      description = "How others reach this machine: goes into the line they need.")
  private @Nullable String name;

  @Option(
      names = "--behind-proxy",
      paramLabel = "PORT",
      description =
          "A proxy with a certificate for --name takes TLS at this port and passes it on: then the relay"
              + " itself speaks none.")
  private int proxyPort;

  @Option(
      names = "--connections",
      description = "The most connections at once (default ${DEFAULT-VALUE}).")
  private int connections = 10_000;

  @Option(
      names = "--connections-per-address",
      description = "The most of them from one IP address (default ${DEFAULT-VALUE}).")
  private int perAddress = 64;

  @Override
  int run() throws Exception {
    RelaySettings settings = settings();
    SecureRandom random = new SecureRandom();
    Path folder = places.home().resolve("relay");
    Files.createDirectories(folder);
    SigningKey key =
        KeyFile.loadOrCreate(folder.resolve("relay.key"), Passphrases.of(places), random);
    Relay relay = start(settings, key, random);
    serve(relay, Board.serve(relay, near(relay), key, InstantSource.system(), random));
    return OK;
  }

  /** Where the relay is reached from this machine, by its own board. */
  private RelayAddress near(Relay relay) throws Failure {
    RelayAddress address = relay.address();
    if (address.trust() == RelayAddress.Trust.AUTHORITIES) {
      return address;
    }
    try {
      InetAddress bound = InetAddress.getByName(host);
      String there =
          bound.isAnyLocalAddress()
              ? "127.0.0.1"
              : bound.getHostAddress().contains(":")
                  ? "[" + bound.getHostAddress() + "]"
                  : bound.getHostAddress();
      return new RelayAddress(there, address.port(), address.trust(), address.relay());
    } catch (UnknownHostException e) {
      throw noAddress();
    }
  }

  private Failure noAddress() {
    return new Failure(
        "--host takes an address of this machine, not '" + host + "': 0.0.0.0 means all of them");
  }

  private RelaySettings settings() throws Failure {
    if (port < 0 || port > 65_535) {
      throw new Failure("--port goes from 0 to 65535");
    }
    try {
      InetSocketAddress bind = new InetSocketAddress(InetAddress.getByName(host), port);
      RelaySettings settings = RelaySettings.at(bind).taking(connections, perAddress);
      if (name != null) {
        settings = settings.named(name);
      } else if (bind.getAddress().isAnyLocalAddress() || proxyPort > 0) {
        throw new Failure("say with --name how others reach this machine");
      }
      return proxyPort > 0 ? settings.behindProxy(proxyPort) : settings;
    } catch (UnknownHostException e) {
      throw noAddress();
    } catch (IllegalArgumentException e) {
      throw new Failure(String.valueOf(e.getMessage()));
    }
  }

  private static Relay start(RelaySettings settings, SigningKey key, SecureRandom random)
      throws Failure {
    try {
      return Relay.start(settings, key, random, MonotonicClock.system());
    } catch (IOException e) {
      throw new Failure(
          settings.bind()
              + " can't be listened at ("
              + e.getMessage()
              + "): choose another --port");
    }
  }

  private void serve(Relay relay, Closeable board) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    board.close();
                  } catch (IOException e) {
                    // The relay ends all the same.
                  }
                  relay.close();
                  ended.countDown();
                },
                "shutdown"));
    String address = relay.address().toString();
    if (json) {
      screen.json(Json.object().put("relay", address).build());
    } else {
      screen.line("Relay, for others to use:\n" + address);
    }
    ended.await();
  }
}
