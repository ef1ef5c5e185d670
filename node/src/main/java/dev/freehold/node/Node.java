// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.log.LogException;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.kernel.Kernels;
import dev.freehold.node.fleet.FormerHome;
import dev.freehold.node.http.Api;
import dev.freehold.node.http.HttpServer;
import dev.freehold.node.jobs.FleetLanes;
import dev.freehold.node.jobs.Jobs;
import dev.freehold.node.market.Market;
import dev.freehold.node.receipts.ReceiptStoreException;
import dev.freehold.node.serve.ModelUnready;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.record.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A running node: its home is locked, its API answers. Start it once; {@link #close} lets answers
 * under way finish, then ends it.
 */
public final class Node implements AutoCloseable {
  /** The node's key, in its home. */
  public static final String KEY_FILE = FormerHome.KEY;

  /** The key that takes its place, while a rotation is under way. */
  public static final String NEXT_KEY_FILE = "node.key.next";

  private static final Duration LOADING = Duration.ofMinutes(10);
  private static final Duration WAITING_LOOK = Duration.ofMillis(5);
  private static final Duration FAREWELL = Duration.ofSeconds(3);

  private final NodeConfiguration configuration;
  private final SigningKey key;
  private final Models models;
  private final FleetLanes lanes;
  private final Api api;
  private final Jobs jobs;
  private final HttpServer server;
  private final @Nullable SaleDoor sales;
  private final @Nullable Market market;
  private final @Nullable FirstLook look;
  private final EventLog log;

  /** What {@link #close} lets go of, last taken first. */
  private final Deque<AutoCloseable> held;

  Node(
      NodeConfiguration configuration,
      SigningKey key,
      Models models,
      FleetLanes lanes,
      Api api,
      Jobs jobs,
      HttpServer server,
      @Nullable SaleDoor sales,
      @Nullable Market market,
      @Nullable FirstLook look,
      EventLog log,
      Deque<AutoCloseable> held) {
    this.configuration = configuration;
    this.key = key;
    this.models = models;
    this.lanes = lanes;
    this.api = api;
    this.jobs = jobs;
    this.server = server;
    this.sales = sales;
    this.market = market;
    this.look = look;
    this.log = log;
    this.held = held;
  }

  /**
   * Begins, where the launcher found C kernels before, to make them ready for the node that this
   * process is about to start: they ask for no configuration, and the other core has nothing to do
   * yet. Whoever needs them first waits for them, and is told then what is wrong with them.
   */
  public static void headStart() {
    if (System.getProperty("freehold.lean") != null) {
      Thread.ofPlatform().name("head-start").daemon().start(Node::kernels);
    }
  }

  private static void kernels() {
    try {
      Kernels.best();
    } catch (RuntimeException | Error e) {
      // Whoever loads a model meets it again, and tells it.
    }
  }

  /** Starts a node whose key is not sealed. */
  public static Node start(NodeConfiguration configuration) {
    return start(configuration, PassphraseSource.none());
  }

  /**
   * Starts a node.
   *
   * @param passphrases asked where the home's key is sealed
   * @throws NodeException if it can't: the home is another node's, the port is taken, a file is
   *     wrong; nothing stays behind then but the home's folder, lock file and key
   */
  public static Node start(NodeConfiguration configuration, PassphraseSource passphrases) {
    return start(configuration, passphrases, UnaryOperator.identity());
  }

  /**
   * Starts a node.
   *
   * @param passphrases asked where the home's key is sealed
   * @param sold how answers that are sold are made, from how they are made for the owner
   * @throws NodeException as {@link #start(NodeConfiguration, PassphraseSource)}
   */
  public static Node start(
      NodeConfiguration configuration, PassphraseSource passphrases, UnaryOperator<JobWork> sold) {
    Deque<AutoCloseable> held = new ArrayDeque<>();
    try {
      Node node = new NodeAssembly(configuration, sold, held).assemble(passphrases);
      node.log.event(
          "started",
          Json.object().put("host", configuration.host()).put("port", node.port()).build());
      return node;
    } catch (IOException | KeyFileException | LogException | ReceiptStoreException e) {
      closeAll(held);
      throw new NodeException("the node can't start: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      closeAll(held);
      throw e;
    }
  }

  /** The port it listens on. */
  public int port() {
    return server.port();
  }

  /** The path of a link to the console, which works once; empty where none is served. */
  public Optional<String> consoleLink() {
    return Optional.ofNullable(look).map(FirstLook::link);
  }

  /**
   * Waits until every model is loaded, but those that wait for other machines; the node answers
   * meanwhile.
   *
   * @throws NodeException naming a model that can't be used
   */
  public void awaitModels() throws InterruptedException {
    for (ServedModel model : models.list()) {
      try {
        while (models.state(model).equals("loading") && models.waiting(model).isEmpty()) {
          Thread.sleep(WAITING_LOOK);
        }
        if (models.waiting(model).isEmpty()) {
          models.await(model, LOADING);
        }
      } catch (ModelUnready e) {
        throw new NodeException(String.valueOf(e.getMessage()), e);
      }
    }
  }

  /** Whether its first model answers now. */
  public boolean ready() {
    return models.list().stream()
        .findFirst()
        .filter(model -> models.state(model).equals("ready"))
        .isPresent();
  }

  /** What it buys and sells; empty where it has no money. */
  public Optional<Market> market() {
    return Optional.ofNullable(market);
  }

  /** The port on which it sells to anybody who pays over HTTP; empty where it doesn't. */
  public OptionalInt salePort() {
    return sales == null ? OptionalInt.empty() : OptionalInt.of(sales.port());
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
    jobs.stop();
    if (sales != null) {
      sales.stop();
    }
    log.event("stopping", Json.object().put("active", active()).build());
    await(configuration.drain());
    int cut = active();
    // Cancelled answers still get their receipts, and their clients the news.
    models.close();
    lanes.own().close();
    await(FAREWELL);
    server.close();
    if (sales != null) {
      sales.close();
    }
    log.event("stopped", Json.object().put("cut", cut).build());
    closeAll(held);
  }

  /** Answers under way, for clients and for other machines. */
  private int active() {
    return api.active() + jobs.active() + lanes.active() + (sales == null ? 0 : sales.active());
  }

  private void await(Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    try {
      while (active() > 0 && System.nanoTime() < deadline) {
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
