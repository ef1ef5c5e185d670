// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.lanes.LaneSettings;
import dev.freehold.node.money.MoneySettings;
import dev.freehold.node.split.SplitSettings;
import dev.freehold.node.work.WorkSettings;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code FREEHOLD_HOME/config}: lines {@code key = value}, each key once but for those of
 * lanes; empty lines and lines that start with # say nothing. docs/api.md lists the keys.
 */
public final class ConfigurationFile {
  private static final Pattern LINE = Pattern.compile("([a-z0-9-]+)\\s*=\\s*(.+)");

  private ConfigurationFile() {}

  /**
   * The defaults, and over them what the file says, if there is one.
   *
   * @throws NodeException naming the line that is wrong
   */
  public static NodeConfiguration read(Path home, Path cache) {
    NodeConfiguration defaults = NodeConfiguration.defaults(home, cache);
    Path file = home.resolve("config");
    if (!Files.exists(file)) {
      return defaults;
    }
    try {
      return parse(defaults, Files.readString(file, StandardCharsets.UTF_8), file.toString());
    } catch (CharacterCodingException e) {
      throw new NodeException(file + " is not UTF-8 text: mend it, or take it away", e);
    } catch (IOException e) {
      throw new NodeException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * The keys that stand in the file, whatever they are set to; none where there is no file.
   *
   * @throws NodeException if it can't be read
   */
  static Set<String> keys(Path home) {
    Path file = home.resolve("config");
    try {
      return Files.exists(file) ? keys(Files.readString(file, StandardCharsets.UTF_8)) : Set.of();
    } catch (IOException e) {
      throw new NodeException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  static Set<String> keys(String text) {
    Set<String> keys = new HashSet<>();
    for (String line : text.split("\n", -1)) {
      Matcher matcher = LINE.matcher(line.strip());
      if (matcher.matches()) {
        keys.add(matcher.group(1));
      }
    }
    return keys;
  }

  static NodeConfiguration parse(NodeConfiguration start, String text, String name) {
    NodeConfiguration result = start;
    Set<String> seen = new HashSet<>();
    int number = 0;
    for (String raw : text.split("\n", -1)) {
      number++;
      String line = raw.strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String where = name + ", line " + number + ": ";
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        throw new NodeException(where + "'" + line + "' is not 'key = value'");
      }
      String key = matcher.group(1);
      if (!seen.add(key) && !key.startsWith("lane")) {
        throw new NodeException(where + "'" + key + "' stands twice");
      }
      try {
        result = set(result, key, matcher.group(2));
      } catch (NumberFormatException e) {
        throw new NodeException(
            where + "'" + key + "' takes a whole number, not '" + matcher.group(2) + "'", e);
      } catch (NodeException | IllegalArgumentException e) {
        throw new NodeException(where + e.getMessage(), e);
      }
    }
    return result;
  }

  private static NodeConfiguration set(NodeConfiguration c, String key, String value) {
    return switch (key) {
      case "host" -> c.withHost(value);
      case "port" -> c.withPort(Integer.parseInt(value));
      case "threads" -> c.withThreads(Integer.parseInt(value));
      case "kernel" -> c.withKernel(value);
      case "max-concurrent" -> c.withMaxConcurrent(Integer.parseInt(value));
      case "queue-limit" -> c.withQueueLimit(Integer.parseInt(value));
      case "memory-bytes" -> c.withMemoryBytes(Long.parseLong(value));
      case "api-keys" -> c.withApiKeys(c.home().resolve(value));
      case "arrival-seconds" -> c.withArrival(Duration.ofSeconds(Integer.parseInt(value)));
      case "drain-seconds" -> c.withDrain(Duration.ofSeconds(Integer.parseInt(value)));
      case "policy" -> c.withDuties(c.duties().withPolicy(c.home().resolve(value)));
      case "policy-seconds" -> c.withDuties(c.duties().withCosigning(seconds(value)));
      case "time-policy" -> c.withDuties(c.duties().withTimes(c.home().resolve(value)));
      case "time-seconds" -> c.withDuties(c.duties().withStamping(seconds(value)));
      case "anchor-rpc",
          "anchor-chain",
          "anchor-contract",
          "anchor-key",
          "anchor-seconds",
          "anchor-depth" ->
          c.withDuties(c.duties().withAnchor(c.duties().anchor().with(key, value, c.home())));
      case "fleet-name",
          "relays",
          "link-listen",
          "link-loopback",
          "direct",
          "tier",
          "replay-share" ->
          c.withFleet(fleet(c.fleet(), key, value));
      case "work-hours", "work-idle-minutes", "work-memory-reserve", "work-load", "work-celsius" ->
          c.withWork(work(c.work(), key, value));
      case "chain",
          "chain-id",
          "channels",
          "collector",
          "coin",
          "registry",
          "chain-depth",
          "window",
          "claim-worth",
          "deposit",
          "second-worth",
          "withdrawal-seconds",
          "registry-from",
          "watts-busy",
          "power-price",
          "coin-decimals",
          "x402-listen",
          "x402-least" ->
          c.withMoney(money(c.money(), key, value));
      case "split" -> c.withSplit(split(value));
      case "lane" -> c.withLanes(with(c.lanes(), value));
      case "lane-key" -> c.withLanes(keyed(c.lanes(), value, c.home()));
      case "access-log" -> c.withAccessLog(yes(value));
      default ->
          throw new NodeException(
              "there is no setting '"
                  + key
                  + "'; there are host, port, threads, kernel, max-concurrent, queue-limit,"
                  + " memory-bytes, api-keys, arrival-seconds, drain-seconds, policy,"
                  + " policy-seconds, time-policy, time-seconds, anchor-rpc, anchor-chain,"
                  + " anchor-contract, anchor-key, anchor-seconds, anchor-depth, fleet-name,"
                  + " relays, link-listen, link-loopback, direct, tier, replay-share, work-hours,"
                  + " work-idle-minutes, work-memory-reserve, work-load, work-celsius,"
                  + " chain, chain-id, channels, collector, coin, registry, chain-depth, window,"
                  + " claim-worth, deposit, second-worth, withdrawal-seconds, registry-from,"
                  + " watts-busy, power-price, coin-decimals, x402-listen, x402-least, split, lane,"
                  + " lane-key,"
                  + " access-log");
    };
  }

  private static SplitSettings split(String value) {
    try {
      return SplitSettings.parse(value);
    } catch (IllegalArgumentException e) {
      throw new NodeException("'split': " + e.getMessage(), e);
    }
  }

  private static List<LaneSettings> with(List<LaneSettings> lanes, String value) {
    try {
      List<LaneSettings> more = new ArrayList<>(lanes);
      more.add(LaneSettings.parse(value));
      return more;
    } catch (IllegalArgumentException e) {
      throw new NodeException("'lane': " + e.getMessage(), e);
    }
  }

  /** {@code NAME FILE}, below the line of that lane. */
  private static List<LaneSettings> keyed(List<LaneSettings> lanes, String value, Path home) {
    String[] parts = value.split("\\s+", 2);
    if (parts.length < 2 || lanes.stream().noneMatch(one -> one.name().text().equals(parts[0]))) {
      throw new NodeException("'lane-key' takes NAME FILE, below the line 'lane = NAME URL'");
    }
    try {
      return lanes.stream()
          .map(
              one -> one.name().text().equals(parts[0]) ? one.withKey(home.resolve(parts[1])) : one)
          .toList();
    } catch (IllegalArgumentException e) {
      throw new NodeException("'lane-key': " + e.getMessage(), e);
    }
  }

  private static FleetSettings fleet(FleetSettings settings, String key, String value) {
    try {
      return settings.with(key, value);
    } catch (IllegalArgumentException e) {
      throw new NodeException("'" + key + "': " + e.getMessage(), e);
    }
  }

  private static MoneySettings money(MoneySettings settings, String key, String value) {
    try {
      return settings.with(key, value);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new NodeException("'" + key + "': " + e.getMessage(), e);
    }
  }

  private static WorkSettings work(WorkSettings settings, String key, String value) {
    try {
      return settings.with(key, value);
    } catch (NumberFormatException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new NodeException("'" + key + "': " + e.getMessage(), e);
    }
  }

  private static Duration seconds(String value) {
    return Duration.ofSeconds(Integer.parseInt(value));
  }

  private static boolean yes(String value) {
    return switch (value) {
      case "yes" -> true;
      case "no" -> false;
      default -> throw new NodeException("'access-log' takes yes or no, not '" + value + "'");
    };
  }
}
