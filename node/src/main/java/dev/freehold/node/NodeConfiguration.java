// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.fleet.lane.LaneName;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.lanes.LaneSettings;
import dev.freehold.node.money.MoneySettings;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.split.SplitSettings;
import dev.freehold.node.work.WorkSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node is started with. {@link #defaults} gives a node on loopback; {@link
 * ConfigurationFile#read} adds what the owner wrote into {@code FREEHOLD_HOME/config}.
 *
 * @param home FREEHOLD_HOME: the node's key, receipts, lock and log
 * @param cache FREEHOLD_CACHE: what can be fetched or made again
 * @param host the address to listen on; beyond loopback only with {@code apiKeys}
 * @param port the TCP port, 0 for any free one
 * @param models what to serve; the first is the default
 * @param threads threads for arithmetic
 * @param kernel the arithmetic lane's name, {@code best} for the fastest this machine has
 * @param maxConcurrent how many answers are generated at once
 * @param queueLimit how many requests wait beyond those; one more gets 429
 * @param memoryBytes attention memory of running answers and cached prompts
 * @param apiKeys a file with one key in each line that requests must show, or null for none
 * @param arrival how long a request may take to arrive, from its first byte to the last of its body
 * @param drain how long {@link Node#close} lets answers under way finish
 * @param duties what witnesses and time authorities are asked
 * @param accessLog whether each request leaves a line in {@code FREEHOLD_HOME/node.log} (path,
 *     status and time: never content)
 * @param fleet how other machines of the owner's reach it
 * @param work when it works, and for whom
 * @param money in what it buys and sells
 * @param lanes model servers that aren't ours, behind it
 * @param split which models run on several machines
 */
public record NodeConfiguration(
    Path home,
    Path cache,
    String host,
    int port,
    List<ServedModel> models,
    int threads,
    String kernel,
    int maxConcurrent,
    int queueLimit,
    long memoryBytes,
    @Nullable Path apiKeys,
    Duration arrival,
    Duration drain,
    DutyFiles duties,
    boolean accessLog,
    FleetSettings fleet,
    WorkSettings work,
    MoneySettings money,
    List<LaneSettings> lanes,
    SplitSettings split) {
  /** The port unless another is asked for. */
  public static final int DEFAULT_PORT = 8402;

  /** Checks each number's range. */
  public NodeConfiguration {
    models = List.copyOf(models);
    lanes = List.copyOf(lanes);
    require(!host.isBlank(), "host is empty");
    require(port >= 0 && port <= 65_535, "port is " + port + ", it goes from 0 to 65535");
    require(threads >= 1 && threads <= 1024, "threads is " + threads + ", it goes from 1 to 1024");
    require(
        maxConcurrent >= 1 && maxConcurrent <= 1024,
        "max-concurrent is " + maxConcurrent + ", it goes from 1 to 1024");
    require(
        queueLimit >= 0 && queueLimit <= 100_000,
        "queue-limit is " + queueLimit + ", it goes from 0 to 100000");
    require(memoryBytes >= 0, "memory-bytes is " + memoryBytes + ", it must not be negative");
    require(
        arrival.toSeconds() >= 1 && arrival.toSeconds() <= 3600,
        "arrival is " + arrival + ", it goes from 1 to 3600 seconds");
    require(!drain.isNegative(), "drain is " + drain + ", it must not be negative");
    Set<String> names = new HashSet<>();
    for (ServedModel model : models) {
      require(names.add(model.name()), "two models are named " + model.name());
      require(
          !model.name().startsWith(LaneName.MARK),
          "a model's name can't begin with '" + LaneName.MARK + "'");
    }
    for (LaneSettings lane : lanes) {
      require(names.add(lane.name().id()), "two lanes are named " + lane.name());
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new NodeException("the node's configuration is wrong: " + otherwise);
    }
  }

  /** A node on loopback that serves nothing yet. */
  public static NodeConfiguration defaults(Path home, Path cache) {
    return new NodeConfiguration(
        home,
        cache,
        "127.0.0.1",
        DEFAULT_PORT,
        List.of(),
        Runtime.getRuntime().availableProcessors(),
        "best",
        8,
        64,
        2L << 30,
        null,
        Duration.ofSeconds(30),
        Duration.ofSeconds(20),
        DutyFiles.none(),
        false,
        FleetSettings.none(),
        WorkSettings.always(),
        MoneySettings.none(),
        List.of(),
        SplitSettings.AUTO);
  }

  /** A copy that listens on another address. */
  public NodeConfiguration withHost(String host) {
    Change change = new Change(this);
    change.host = host;
    return change.done();
  }

  /** A copy that listens on another port. */
  public NodeConfiguration withPort(int port) {
    Change change = new Change(this);
    change.port = port;
    return change.done();
  }

  /** A copy that serves these models. */
  public NodeConfiguration withModels(List<ServedModel> models) {
    Change change = new Change(this);
    change.models = models;
    return change.done();
  }

  /** A copy that has another number of threads. */
  public NodeConfiguration withThreads(int threads) {
    Change change = new Change(this);
    change.threads = threads;
    return change.done();
  }

  /** A copy that uses another arithmetic lane. */
  public NodeConfiguration withKernel(String kernel) {
    Change change = new Change(this);
    change.kernel = kernel;
    return change.done();
  }

  /** A copy that generates another number of answers at once. */
  public NodeConfiguration withMaxConcurrent(int maxConcurrent) {
    Change change = new Change(this);
    change.maxConcurrent = maxConcurrent;
    return change.done();
  }

  /** A copy that lets another number of requests wait. */
  public NodeConfiguration withQueueLimit(int queueLimit) {
    Change change = new Change(this);
    change.queueLimit = queueLimit;
    return change.done();
  }

  /** A copy that has another amount of attention memory. */
  public NodeConfiguration withMemoryBytes(long memoryBytes) {
    Change change = new Change(this);
    change.memoryBytes = memoryBytes;
    return change.done();
  }

  /** A copy that takes its keys from another file. */
  public NodeConfiguration withApiKeys(@Nullable Path apiKeys) {
    Change change = new Change(this);
    change.apiKeys = apiKeys;
    return change.done();
  }

  /** A copy that waits another time for a request to arrive. */
  public NodeConfiguration withArrival(Duration arrival) {
    Change change = new Change(this);
    change.arrival = arrival;
    return change.done();
  }

  /** A copy that drains for another time. */
  public NodeConfiguration withDrain(Duration drain) {
    Change change = new Change(this);
    change.drain = drain;
    return change.done();
  }

  /** A copy that has other duties. */
  public NodeConfiguration withDuties(DutyFiles duties) {
    Change change = new Change(this);
    change.duties = duties;
    return change.done();
  }

  /** A copy that writes an access log or not. */
  public NodeConfiguration withAccessLog(boolean accessLog) {
    Change change = new Change(this);
    change.accessLog = accessLog;
    return change.done();
  }

  /** A copy that others reach in another way. */
  public NodeConfiguration withFleet(FleetSettings fleet) {
    Change change = new Change(this);
    change.fleet = fleet;
    return change.done();
  }

  /** A copy that works at other times. */
  public NodeConfiguration withWork(WorkSettings work) {
    Change change = new Change(this);
    change.work = work;
    return change.done();
  }

  /** A copy that pays and is paid in another way. */
  public NodeConfiguration withMoney(MoneySettings money) {
    Change change = new Change(this);
    change.money = money;
    return change.done();
  }

  /** A copy with other lanes. */
  public NodeConfiguration withLanes(List<LaneSettings> lanes) {
    Change change = new Change(this);
    change.lanes = lanes;
    return change.done();
  }

  /** A copy that has other models run on several machines. */
  public NodeConfiguration withSplit(SplitSettings split) {
    Change change = new Change(this);
    change.split = split;
    return change.done();
  }

  /** The members one by one, while a copy is being made. */
  private static final class Change {
    private Path home;
    private Path cache;
    private String host;
    private int port;
    private List<ServedModel> models;
    private int threads;
    private String kernel;
    private int maxConcurrent;
    private int queueLimit;
    private long memoryBytes;
    private @Nullable Path apiKeys;
    private Duration arrival;
    private Duration drain;
    private DutyFiles duties;
    private boolean accessLog;
    private FleetSettings fleet;
    private WorkSettings work;
    private MoneySettings money;
    private List<LaneSettings> lanes;
    private SplitSettings split;

    Change(NodeConfiguration from) {
      home = from.home;
      cache = from.cache;
      host = from.host;
      port = from.port;
      models = from.models;
      threads = from.threads;
      kernel = from.kernel;
      maxConcurrent = from.maxConcurrent;
      queueLimit = from.queueLimit;
      memoryBytes = from.memoryBytes;
      apiKeys = from.apiKeys;
      arrival = from.arrival;
      drain = from.drain;
      duties = from.duties;
      accessLog = from.accessLog;
      fleet = from.fleet;
      work = from.work;
      money = from.money;
      lanes = from.lanes;
      split = from.split;
    }

    NodeConfiguration done() {
      return new NodeConfiguration(
          home,
          cache,
          host,
          port,
          models,
          threads,
          kernel,
          maxConcurrent,
          queueLimit,
          memoryBytes,
          apiKeys,
          arrival,
          drain,
          duties,
          accessLog,
          fleet,
          work,
          money,
          lanes,
          split);
    }
  }
}
