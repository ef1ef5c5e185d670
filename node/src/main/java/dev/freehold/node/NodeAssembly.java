// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.catalogue.Machine;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.Puller;
import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.PrivateFolder;
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
import dev.freehold.node.money.HomeChain;
import dev.freehold.node.money.Money;
import dev.freehold.node.money.MoneySettings;
import dev.freehold.node.money.PaymentLog;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Models;
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
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Puts a node's parts together, each after those that it needs. Used once. */
final class NodeAssembly {
  private final NodeConfiguration configuration;
  private final UnaryOperator<JobWork> made;

  /** What a node lets go of when it ends, or can't start, last taken first. */
  private final Deque<AutoCloseable> held;

  private final Clock clock = Clock.systemUTC();
  private final SecureRandom random = new SecureRandom();
  private final Metrics metrics = new Metrics();

  /**
   * @param made how answers that are sold are made, from how they are made for the owner
   * @param held takes what has to be closed
   */
  NodeAssembly(
      NodeConfiguration configuration, UnaryOperator<JobWork> made, Deque<AutoCloseable> held) {
    this.configuration = configuration;
    this.made = made;
    this.held = held;
  }

  /** The home, taken: what everything else stands on. */
  private record Ground(
      EventLog log,
      Models models,
      CompletableFuture<Splitting> splitting,
      SigningKey key,
      ReceiptStore store) {}

  /** The log of what was done, and what is owed for its checkpoints. */
  private record Kept(
      DutySettings settings, Path witnessed, EvidenceLog evidence, LogDuties owed) {}

  /** Other machines, other engines, and whether work is taken now. */
  private record Peers(FleetNode fleet, Lanes lanes, WorkGate work) {}

  /** Who answers: this machine, the fleet, sellers, other engines. */
  private record Work(
      Answerer answerer,
      Optional<Market> market,
      Jobs jobs,
      Optional<MarketAnswers> marketAnswers,
      FleetLanes lanes,
      OwnerAnswers owner) {}

  /**
   * A node that listens.
   *
   * @throws NodeException if it can't be; what was taken is in {@code held}
   */
  Node assemble(PassphraseSource passphrases) throws IOException, KeyFileException, LogException {
    ApiKeys keys = ApiKeys.read(configuration.apiKeys());
    boolean loopback = loopback(configuration.host());
    if (!loopback && !keys.demanded()) {
      throw new NodeException(
          "listening on "
              + configuration.host()
              + " lets other machines in, and no API key is configured: write one into a file, name"
              + " it as api-keys, or listen on 127.0.0.1");
    }
    Ground ground = ground(passphrases);
    Kept kept = kept(ground);
    Peers peers = peers(ground);
    Sessions sessions = new Sessions(random, clock);
    ModelStore stored = new ModelStore(configuration.cache(), clock);
    Work work = work(ground, kept, peers, stored);
    OwnerToken owner = OwnerToken.renew(configuration.home(), random);
    // Without TLS its cookie would cross the network in clear.
    Console console = loopback ? console(ground, kept, work, stored, sessions, owner) : null;
    Gate gate = new Gate(loopback, configuration.host(), keys, sessions, owner);
    Api api = api(ground, kept, peers, work, gate, console);
    HttpServer server = listen(api);
    held.push(server);
    SaleDoor sales =
        SaleDoor.open(
                configuration,
                work.market,
                new SaleDoor.Makers(
                    ground.models, work.answerer, peers.work, metrics, ground.log, clock, random))
            .orElse(null);
    Thread.ofPlatform().name("key-preparation").daemon().start(() -> prepare(ground));
    return new Node(
        configuration,
        ground.key,
        ground.models,
        work.lanes,
        api,
        work.jobs,
        server,
        sales,
        work.market.orElse(null),
        console == null ? null : FirstLook.begin(console, ground.models, server.port()),
        ground.log,
        held);
  }

  /** After the first token, which needs no signature, and before the first receipt. */
  private static void prepare(Ground ground) {
    try {
      ground.models.settle(FirstLook.LOADING);
      ground.key.prepare();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Ground ground(PassphraseSource passphrases) throws IOException, KeyFileException {
    PrivateFolder.make(configuration.home());
    held.push(HomeLock.take(configuration.home()));
    if (Files.exists(configuration.home().resolve(Node.NEXT_KEY_FILE))) {
      throw new NodeException(
          "a change of this node's key broke off: 'freehold key rotate' ends it");
    }
    EventLog log = new EventLog(configuration.home(), clock);
    held.push(log);
    // First, since they take longest; the rest comes up meanwhile.
    CompletableFuture<Splitting> splitting = new CompletableFuture<>();
    Models models = models(splitting, log);
    held.push(models);
    // Whoever waits for it while the start fails waits for nothing.
    held.push(() -> splitting.complete(Splitting.NEVER));
    SigningKey key =
        KeyFile.loadOrCreate(configuration.home().resolve(Node.KEY_FILE), passphrases, random);
    ReceiptStore store = ReceiptStore.open(configuration.home());
    held.push(store);
    return new Ground(log, models, splitting, key, store);
  }

  private Kept kept(Ground ground) throws IOException, KeyFileException, LogException {
    DutySettings settings = configuration.duties().read();
    Path witnessed = configuration.home().resolve(WitnessedFiles.FOLDER);
    PrivateFolder.make(witnessed);
    Optional<AnchorSettings> anchors = configuration.duties().anchors();
    Optional<AnchorMeans> purse =
        anchors.isEmpty() ? Optional.empty() : Optional.of(purse(anchors.get()));
    // The log tells the duties of checkpoints, and the duties need the log.
    CompletableFuture<Consumer<SignedCheckpoint>> duties = new CompletableFuture<>();
    EvidenceLog evidence =
        EvidenceLog.open(
            configuration.home(),
            ground.key,
            ground.store,
            clock,
            ground.log,
            c -> duties.join().accept(c));
    held.push(evidence);
    HttpCourier courier = new HttpCourier();
    held.push(courier);
    LogDuties owed;
    try {
      owed =
          LogDuties.start(
              settings,
              evidence,
              new LogDuties.Means(
                  witnessed, courier, random, clock, System::nanoTime, ground.log::event));
    } catch (IllegalArgumentException e) {
      duties.completeExceptionally(e);
      throw new NodeException("the policy names a wrong address: " + e.getMessage(), e);
    }
    held.push(owed);
    purse.ifPresent(
        means ->
            owed.add(
                Anchoring.start(
                    anchors.orElseThrow(), means, evidence, owed.book(), ground.log::event)));
    duties.complete(owed::published);
    return new Kept(settings, witnessed, evidence, owed);
  }

  private Peers peers(Ground ground) throws IOException {
    WorkGate work = WorkGate.here(configuration.work());
    Lanes lanes =
        Lanes.open(
            ground.key.nodeId(), configuration.lanes(), LanePatience.DEFAULT, answersAtOnce());
    held.push(lanes);
    FleetNode fleet =
        FleetNode.open(
            configuration.fleet(),
            configuration.home(),
            ground.key,
            new OwnPresence(
                    ground.models,
                    lanes,
                    configuration.threads(),
                    configuration.memoryBytes(),
                    configuration.work().reserveBytes(),
                    work,
                    clock)
                ::now,
            clock,
            random);
    held.push(fleet);
    return new Peers(fleet, lanes, work);
  }

  /** Those that are made, and those that wait. */
  private int answersAtOnce() {
    return configuration.maxConcurrent() + configuration.queueLimit();
  }

  private Work work(Ground ground, Kept kept, Peers peers, ModelStore stored)
      throws IOException, KeyFileException {
    Answerer answerer =
        new Answerer(
            ground.key,
            ground.store,
            metrics,
            clock,
            random,
            answersAtOnce(),
            kept.evidence::added);
    Optional<Market> market = market(ground, kept, peers);
    Jobs jobs =
        Jobs.open(
            new Jobs.Parts(
                ground.key,
                peers.fleet,
                ground.models,
                answerer,
                ground.store,
                stored,
                configuration.home(),
                configuration.cache(),
                clock,
                random,
                ground.log,
                peers.work,
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
    KeyDesk keyDesk = KeyDesk.open(peers.fleet, jobs.quarantine()::holds, ground.log, clock);
    held.push(
        KeyTeller.start(
            configuration.home(), configuration.fleet(), peers.fleet, clock, random, ground.log));
    FleetLanes lanes =
        FleetLanes.open(
            peers.fleet,
            peers.lanes,
            LanePatience.DEFAULT,
            peers.work,
            jobs.quarantine()::holds,
            Api::jobError,
            configuration.maxConcurrent());
    Planning planning =
        new Planning(
            peers.fleet,
            jobs.quarantine()::holds,
            configuration.fleet().widest(),
            stored,
            () -> Machine.look(configuration.threads()),
            configuration.work().reserveBytes());
    split(ground, peers, planning, stored);
    OwnerAnswers owner =
        new OwnerAnswers(
            peers.fleet,
            jobs.quarantine(),
            jobs.paces(),
            ground.store,
            ground.models,
            peers.lanes,
            planning,
            peers.work,
            keyDesk);
    return new Work(answerer, market, jobs, marketAnswers, lanes, owner);
  }

  private Optional<Market> market(Ground ground, Kept kept, Peers peers)
      throws IOException, KeyFileException {
    MoneySettings settings = configuration.money();
    Optional<HomeChain> chain = Optional.empty();
    if (settings.development()) {
      HomeChain own = HomeChain.start(configuration.home(), configuration.cache(), random);
      held.push(own);
      chain = Optional.of(own);
      settings = settings.at(own.address());
      ground.log.event("development-chain", Json.object().put("rpc", "" + own.address()).build());
    }
    Optional<Money> money =
        Money.open(settings, configuration.home(), ground.key, clock, random, ground.log::event);
    if (money.isEmpty()) {
      return Optional.empty();
    }
    held.push(money.get());
    if (chain.isPresent()) {
      chain.get().give(money.get().account());
    }
    Market market =
        Market.open(
            new Market.Parts(
                configuration.home(),
                ground.key,
                peers.fleet,
                ground.models,
                ground.store,
                attention(),
                configuration.maxConcurrent(),
                clock,
                random,
                made,
                kept.evidence::added,
                ground.log::event),
            money.get());
    held.push(market);
    held.push(
        PaymentLog.start(
            money.get(), ground.store.purchases(), kept.evidence::added, ground.log::event));
    return Optional.of(market);
  }

  private void split(Ground ground, Peers peers, Planning planning, ModelStore stored)
      throws IOException {
    FleetSplitting split =
        FleetSplitting.open(
            new FleetSplitting.Parts(
                ground.key,
                peers.fleet,
                planning,
                this::kernel,
                digest -> FleetSplitting.whole(ground.models, stored, digest),
                configuration.home(),
                configuration.cache(),
                peers.work,
                ground.log,
                random),
            configuration.split(),
            configuration.threads(),
            configuration.memoryBytes(),
            configuration.work().reserveBytes(),
            configuration.maxConcurrent(),
            configuration.queueLimit());
    held.push(split);
    ground.splitting.complete(split);
  }

  private Console console(
      Ground ground, Kept kept, Work work, ModelStore stored, Sessions sessions, OwnerToken owner)
      throws IOException {
    return new Console(
        sessions,
        owner,
        ground.store,
        configuration.home().resolve(EvidenceLog.FOLDER),
        ground.key,
        configuration.cache(),
        clock,
        new Console.Shown(
            Conversations.open(configuration.home(), clock, random),
            work.owner,
            new GatewayLog(configuration.home().resolve("gateway")),
            new Revoker(configuration.home(), clock),
            work.market,
            work.marketAnswers,
            ground.models,
            stored,
            () -> new Puller(stored, System.getenv()),
            kept.owed::standings,
            new WitnessedFiles(kept.witnessed),
            Optional.ofNullable(kept.settings.policyOrNull()),
            metrics,
            EffectiveSettings.of(
                configuration,
                ConfigurationFile.read(configuration.home(), configuration.cache()),
                ConfigurationFile.keys(configuration.home())),
            configuration.home().resolve(EventLog.FILE)),
        kept.evidence::added);
  }

  private Api api(
      Ground ground, Kept kept, Peers peers, Work work, Gate gate, @Nullable Console console) {
    return new Api(
        gate,
        peers.work,
        new AnswerEndpoints(
            work.jobs.dispatcher(),
            new LaneEndpoints(work.lanes, clock, random),
            configuration.fleet().widest(),
            clock,
            random),
        new InfoEndpoints(
            ground.models,
            new InfoEndpoints.Fleet(
                work.jobs.router(),
                work.lanes,
                peers.fleet.members(),
                work.jobs.dispatcher()::noSuchModel),
            metrics,
            kept.owed::standings,
            peers.work,
            clock.instant().getEpochSecond()),
        new ReceiptEndpoints(ground.store),
        new LogEndpoints(configuration.home().resolve(EvidenceLog.FOLDER)),
        console,
        new OwnerEndpoints(work.owner, work.marketAnswers),
        metrics,
        ground.log,
        configuration.accessLog());
  }

  private AnchorMeans purse(AnchorSettings settings) throws IOException, KeyFileException {
    HttpClient client = AnchorMeans.client();
    held.push(client::shutdownNow);
    return AnchorMeans.open(settings, client, configuration.home());
  }

  /** Memory for the attention of one model's answers. */
  private long attention() {
    return Math.max(1, configuration.memoryBytes() / Math.max(1, configuration.models().size()));
  }

  private Kernel kernel() {
    return configuration.kernel().equals("best")
        ? Kernels.best()
        : Kernels.named(configuration.kernel());
  }

  private Models models(CompletableFuture<Splitting> splitting, EventLog log) {
    long memory = attention();
    return new Models(
        configuration.models(),
        this::kernel,
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

  private HttpServer listen(Api api) throws IOException {
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
}
