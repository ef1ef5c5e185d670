// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.catalogue.Machine;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.Puller;
import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import dev.freehold.node.console.Console;
import dev.freehold.node.console.Sessions;
import dev.freehold.node.conversations.Conversations;
import dev.freehold.node.evidence.EvidenceLog;
import dev.freehold.node.files.OwnerFiles;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.fleet.KeyDesk;
import dev.freehold.node.fleet.KeyTeller;
import dev.freehold.node.fleet.OwnPresence;
import dev.freehold.node.fleet.OwnerAnswers;
import dev.freehold.node.fleet.Planning;
import dev.freehold.node.http.AnswerEndpoints;
import dev.freehold.node.http.Api;
import dev.freehold.node.http.ApiKeys;
import dev.freehold.node.http.Gate;
import dev.freehold.node.http.HttpServer;
import dev.freehold.node.http.InfoEndpoints;
import dev.freehold.node.http.LaneEndpoints;
import dev.freehold.node.http.LogEndpoints;
import dev.freehold.node.http.OwnerEndpoints;
import dev.freehold.node.http.ReceiptEndpoints;
import dev.freehold.node.jobs.FleetLanes;
import dev.freehold.node.jobs.Jobs;
import dev.freehold.node.lanes.LanePatience;
import dev.freehold.node.lanes.Lanes;
import dev.freehold.node.mandates.GatewayLog;
import dev.freehold.node.mandates.Revoker;
import dev.freehold.node.market.Buying;
import dev.freehold.node.market.Market;
import dev.freehold.node.market.MarketAnswers;
import dev.freehold.node.money.Money;
import dev.freehold.node.money.PaymentLog;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.receipts.ReceiptStoreException;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.ModelUnready;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Splitting;
import dev.freehold.node.split.FleetSplitting;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.node.work.WorkGate;
import dev.freehold.record.Json;
import dev.freehold.witness.anchor.AnchorMeans;
import dev.freehold.witness.anchor.AnchorSettings;
import dev.freehold.witness.anchor.Anchoring;
import dev.freehold.witness.duty.DutySettings;
import dev.freehold.witness.duty.HttpCourier;
import dev.freehold.witness.duty.LogDuties;
import dev.freehold.witness.duty.WitnessedFiles;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A running node: its home is locked, its API answers. Start it once; {@link #close} lets answers
 * under way finish, then ends it.
 */
public final class Node implements AutoCloseable {
  /** The node's key, in its home. */
  public static final String KEY_FILE = "node.key";

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

  private Node(
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
      Node node = start(configuration, passphrases, sold, held);
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

  private static Node start(
      NodeConfiguration configuration,
      PassphraseSource passphrases,
      UnaryOperator<JobWork> made,
      Deque<AutoCloseable> held)
      throws IOException, KeyFileException, LogException {
    ApiKeys keys = ApiKeys.read(configuration.apiKeys());
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
    if (Files.exists(configuration.home().resolve(NEXT_KEY_FILE))) {
      throw new NodeException(
          "a change of this node's key broke off: 'freehold key rotate' ends it");
    }
    EventLog log = new EventLog(configuration.home(), Clock.systemUTC());
    held.push(log);
    // First, since they take longest; the rest comes up meanwhile.
    CompletableFuture<Splitting> splitting = new CompletableFuture<>();
    Models models = models(configuration, splitting, log);
    held.push(models);
    // Whoever waits for it while the start fails waits for nothing.
    held.push(() -> splitting.complete(Splitting.NEVER));
    SigningKey key =
        KeyFile.loadOrCreate(
            configuration.home().resolve(KEY_FILE), passphrases, new SecureRandom());
    ReceiptStore store = ReceiptStore.open(configuration.home());
    held.push(store);
    Metrics metrics = new Metrics();
    Clock clock = Clock.systemUTC();
    SecureRandom random = new SecureRandom();
    DutySettings settings = configuration.duties().read();
    Path witnessed = configuration.home().resolve(WitnessedFiles.FOLDER);
    OwnerFiles.folder(witnessed);
    Optional<AnchorSettings> anchors = configuration.duties().anchors();
    Optional<AnchorMeans> purse =
        anchors.isEmpty()
            ? Optional.empty()
            : Optional.of(purse(anchors.get(), configuration.home(), held));
    // The log tells the duties of checkpoints, and the duties need the log.
    CompletableFuture<Consumer<SignedCheckpoint>> duties = new CompletableFuture<>();
    EvidenceLog evidence =
        EvidenceLog.open(
            configuration.home(), key, store, clock, log, c -> duties.join().accept(c));
    held.push(evidence);
    HttpCourier courier = new HttpCourier();
    held.push(courier);
    LogDuties owed;
    try {
      owed =
          LogDuties.start(
              settings,
              evidence,
              new LogDuties.Means(witnessed, courier, random, clock, System::nanoTime, log::event));
    } catch (IllegalArgumentException e) {
      duties.completeExceptionally(e);
      throw new NodeException("the policy names a wrong address: " + e.getMessage(), e);
    }
    held.push(owed);
    purse.ifPresent(
        means ->
            owed.add(
                Anchoring.start(anchors.orElseThrow(), means, evidence, owed.book(), log::event)));
    duties.complete(owed::published);
    WorkGate work = WorkGate.here(configuration.work());
    int atOnce = configuration.maxConcurrent() + configuration.queueLimit();
    LanePatience patience = LanePatience.DEFAULT;
    Lanes ownLanes = Lanes.open(key.nodeId(), configuration.lanes(), patience, atOnce);
    held.push(ownLanes);
    FleetNode fleet =
        FleetNode.open(
            configuration.fleet(),
            configuration.home(),
            key,
            new OwnPresence(
                    models,
                    ownLanes,
                    configuration.threads(),
                    configuration.memoryBytes(),
                    configuration.work().reserveBytes(),
                    work,
                    clock)
                ::now,
            clock,
            random);
    held.push(fleet);
    Sessions sessions = new Sessions(random, clock);
    Path published = configuration.home().resolve(EvidenceLog.FOLDER);
    ModelStore stored = new ModelStore(configuration.cache(), clock);
    Answerer answerer = new Answerer(key, store, metrics, clock, random, atOnce, evidence::added);
    Optional<Money> money =
        Money.open(configuration.money(), configuration.home(), key, clock, random, log::event);
    money.ifPresent(held::push);
    Optional<Market> market = Optional.empty();
    if (money.isPresent()) {
      market =
          Optional.of(
              Market.open(
                  new Market.Parts(
                      configuration.home(),
                      key,
                      fleet,
                      models,
                      store,
                      attention(configuration),
                      configuration.maxConcurrent(),
                      clock,
                      random,
                      made,
                      evidence::added,
                      log::event),
                  money.get()));
      held.push(market.get());
      held.push(PaymentLog.start(money.get(), store.purchases(), evidence::added, log::event));
    }
    Jobs jobs =
        Jobs.open(
            new Jobs.Parts(
                key,
                fleet,
                models,
                answerer,
                store,
                stored,
                configuration.home(),
                configuration.cache(),
                clock,
                random,
                log,
                work,
                Api::jobError,
                market.map(Market::trade)),
            // Others never fill the queue that the owner's own requests wait in.
            configuration.maxConcurrent(),
            configuration.fleet().replayShare());
    Optional<MarketAnswers> marketAnswers = Optional.empty();
    if (market.isPresent() && jobs.shop().isPresent() && jobs.buying().isPresent()) {
      Buying buying = jobs.buying().get();
      market.get().begin(jobs.shop().get(), buying);
      marketAnswers = Optional.of(market.get().answers(buying, buying::named));
    }
    jobs.buying().ifPresent(held::push);
    KeyDesk keyDesk = KeyDesk.open(fleet, jobs.quarantine()::holds, log, clock);
    held.push(
        KeyTeller.start(configuration.home(), configuration.fleet(), fleet, clock, random, log));
    FleetLanes lanes =
        FleetLanes.open(
            fleet,
            ownLanes,
            patience,
            work,
            jobs.quarantine()::holds,
            Api::jobError,
            configuration.maxConcurrent());
    Planning planning =
        new Planning(
            fleet,
            jobs.quarantine()::holds,
            configuration.fleet().widest(),
            stored,
            () -> Machine.look(configuration.threads()),
            configuration.work().reserveBytes());
    FleetSplitting split =
        FleetSplitting.open(
            new FleetSplitting.Parts(
                key,
                fleet,
                planning,
                () -> kernel(configuration),
                digest -> FleetSplitting.whole(models, stored, digest),
                configuration.home(),
                configuration.cache(),
                work,
                log,
                random),
            configuration.split(),
            configuration.threads(),
            configuration.memoryBytes(),
            configuration.work().reserveBytes(),
            configuration.maxConcurrent(),
            configuration.queueLimit());
    held.push(split);
    splitting.complete(split);
    OwnerAnswers fleetAnswers =
        new OwnerAnswers(
            fleet,
            jobs.quarantine(),
            jobs.paces(),
            store,
            models,
            ownLanes,
            planning,
            work,
            keyDesk);
    OwnerToken owner = OwnerToken.renew(configuration.home(), random);
    // Without TLS its cookie would cross the network in clear.
    Console console =
        loopback
            ? new Console(
                sessions,
                owner,
                store,
                published,
                key,
                configuration.cache(),
                clock,
                new Console.Shown(
                    Conversations.open(configuration.home(), clock, random),
                    fleetAnswers,
                    new GatewayLog(configuration.home().resolve("gateway")),
                    new Revoker(configuration.home(), clock),
                    market,
                    marketAnswers,
                    models,
                    stored,
                    () -> new Puller(stored, System.getenv()),
                    owed::standings,
                    new WitnessedFiles(witnessed),
                    Optional.ofNullable(settings.policyOrNull()),
                    metrics,
                    EffectiveSettings.of(
                        configuration,
                        ConfigurationFile.read(configuration.home(), configuration.cache())),
                    configuration.home().resolve(EventLog.FILE)),
                evidence::added)
            : null;
    Api api =
        new Api(
            new Gate(loopback, configuration.host(), keys, sessions, owner),
            work,
            new AnswerEndpoints(
                jobs.dispatcher(),
                new LaneEndpoints(lanes, clock, random),
                configuration.fleet().widest(),
                clock,
                random),
            new InfoEndpoints(
                models,
                new InfoEndpoints.Fleet(
                    jobs.router(), lanes, fleet.members(), jobs.dispatcher()::noSuchModel),
                metrics,
                owed::standings,
                work,
                clock.instant().getEpochSecond()),
            new ReceiptEndpoints(store),
            new LogEndpoints(published),
            console,
            new OwnerEndpoints(fleetAnswers, marketAnswers),
            metrics,
            log,
            configuration.accessLog());
    HttpServer server = listen(configuration, api);
    held.push(server);
    SaleDoor sales =
        SaleDoor.open(
                configuration,
                market,
                new SaleDoor.Makers(models, answerer, work, metrics, log, clock, random))
            .orElse(null);
    Thread.ofPlatform().name("key-preparation").daemon().start(key::prepare);
    return new Node(
        configuration,
        key,
        models,
        lanes,
        api,
        jobs,
        server,
        sales,
        market.orElse(null),
        console == null ? null : FirstLook.begin(console, models, server.port()),
        log,
        held);
  }

  private static AnchorMeans purse(AnchorSettings settings, Path home, Deque<AutoCloseable> held)
      throws IOException, KeyFileException {
    HttpClient client = AnchorMeans.client();
    held.push(client::shutdownNow);
    return AnchorMeans.open(settings, client, home);
  }

  /** Memory for the attention of one model's answers. */
  private static long attention(NodeConfiguration configuration) {
    return Math.max(1, configuration.memoryBytes() / Math.max(1, configuration.models().size()));
  }

  private static Kernel kernel(NodeConfiguration configuration) {
    return configuration.kernel().equals("best")
        ? Kernels.best()
        : Kernels.named(configuration.kernel());
  }

  private static Models models(
      NodeConfiguration configuration, CompletableFuture<Splitting> splitting, EventLog log) {
    long memory = attention(configuration);
    return new Models(
        configuration.models(),
        () -> kernel(configuration),
        configuration.threads(),
        new EngineOptions(
            configuration.maxConcurrent(),
            configuration.queueLimit(),
            memory,
            memory / 2,
            EngineOptions.defaults().prefillChunk()),
        FleetSplitting.later(configuration.split(), splitting),
        loaded ->
            log.event(
                loaded.problem().isEmpty() ? "model-loaded" : "model-failed",
                Json.object()
                    .put("model", loaded.model().name())
                    .put("ms", loaded.took().toMillis())
                    .put("problem", loaded.problem().orElse(null))
                    .build()));
  }

  private static HttpServer listen(NodeConfiguration configuration, Api api) throws IOException {
    try {
      return HttpServer.start(
          configuration.host(), configuration.port(), configuration.arrival(), api);
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
