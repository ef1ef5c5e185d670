// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.node.files.OwnerFiles;
import dev.freehold.node.http.Api;
import dev.freehold.node.http.ApiKeys;
import dev.freehold.node.http.Gate;
import dev.freehold.node.http.HttpServer;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A running node: its home is locked, its API answers. Start it once; {@link #close} lets answers
 * under way finish, then ends it.
 */
public final class Node implements AutoCloseable {
  private final NodeConfiguration configuration;
  private final SigningKey key;
  private final Api api;
  private final HttpServer server;
  private final EventLog log;

  /** What {@link #close} lets go of, last taken first. */
  private final Deque<AutoCloseable> held;

  private Node(
      NodeConfiguration configuration,
      SigningKey key,
      Api api,
      HttpServer server,
      EventLog log,
      Deque<AutoCloseable> held) {
    this.configuration = configuration;
    this.key = key;
    this.api = api;
    this.server = server;
    this.log = log;
    this.held = held;
  }

  /**
   * Starts a node.
   *
   * @throws NodeException if it can't: the home is another node's, the port is taken, a file is
   *     wrong; nothing stays behind then but the home's folder, lock file and key
   */
  public static Node start(NodeConfiguration configuration) {
    Deque<AutoCloseable> held = new ArrayDeque<>();
    try {
      Node node = start(configuration, held);
      node.log.event(
          "started",
          Json.object().put("host", configuration.host()).put("port", node.port()).build());
      return node;
    } catch (IOException | KeyFileException e) {
      closeAll(held);
      throw new NodeException("the node can't start: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      closeAll(held);
      throw e;
    }
  }

  private static Node start(NodeConfiguration configuration, Deque<AutoCloseable> held)
      throws IOException, KeyFileException {
    ApiKeys keys = keys(configuration.apiKeys());
    boolean loopback = loopback(configuration.host());
    if (!loopback && !keys.demanded()) {
      throw new NodeException(
          "listening on "
              + configuration.host()
              + " lets other machines in, and no API key is configured: write one into a file, name"
              + " it as api-keys, or listen on 127.0.0.1");
    }
    OwnerFiles.folder(configuration.home());
    held.push(HomeLock.take(configuration.home()));
    EventLog log = new EventLog(configuration.home(), Clock.systemUTC());
    held.push(log);
    SigningKey key =
        KeyFile.loadOrCreate(configuration.home().resolve("node.key"), new SecureRandom());
    Metrics metrics = new Metrics();
    Api api =
        new Api(
            new Gate(loopback, configuration.host(), keys),
            configuration.models(),
            metrics,
            log,
            configuration.accessLog());
    HttpServer server = listen(configuration, api);
    held.push(server);
    return new Node(configuration, key, api, server, log, held);
  }

  private static HttpServer listen(NodeConfiguration configuration, Api api) throws IOException {
    try {
      return HttpServer.start(configuration.host(), configuration.port(), api);
    } catch (BindException e) {
      throw new NodeException(
          "port "
              + configuration.port()
              + " on "
              + configuration.host()
              + " can't be used ("
              + e.getMessage()
              + "): stop what listens there, or choose another port",
          e);
    }
  }

  private static boolean loopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new NodeException("there is no address for the host '" + host + "'", e);
    }
  }

  private static ApiKeys keys(@Nullable Path file) throws IOException {
    if (file == null) {
      return ApiKeys.none();
    }
    if (!Files.isRegularFile(file)) {
      throw new NodeException("there is no API key file " + file);
    }
    if (OwnerFiles.openToOthers(file)) {
      throw new NodeException(
          "others than its owner can read or write the API key file "
              + file
              + ": run chmod 600 "
              + file);
    }
    try {
      return ApiKeys.parse(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new NodeException("the API key file " + file + " is wrong: " + e.getMessage(), e);
    }
  }

  /** The port it listens on. */
  public int port() {
    return server.port();
  }

  /** What it was started with. */
  public NodeConfiguration configuration() {
    return configuration;
  }

  /** The name its receipts carry. */
  public NodeId id() {
    return key.nodeId();
  }

  /**
   * Takes no new work, waits for the answers under way as long as the configuration says, cancels
   * what is left, and lets go of the home.
   */
  @Override
  public void close() {
    api.stop();
    log.event("stopping", Json.object().put("active", api.active()).build());
    long deadline = System.nanoTime() + configuration.drain().toNanos();
    try {
      while (api.active() > 0 && System.nanoTime() < deadline) {
        Thread.sleep(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    log.event("stopped", Json.object().put("cut", api.active()).build());
    closeAll(held);
  }

  private static void closeAll(Deque<AutoCloseable> held) {
    while (!held.isEmpty()) {
      try {
        held.pop().close();
      } catch (Exception e) {
        // The rest still has to be let go of; the process's end does what this could not.
      }
    }
  }
}
