// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.node.console.Setting;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.lanes.LaneSettings;
import dev.freehold.node.money.MoneySettings;
import dev.freehold.witness.anchor.AnchorLines;
import dev.freehold.witness.anchor.AnchorSettings;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The configuration in force, and where each value came from. */
final class EffectiveSettings {
  private static final String NONE = "none";

  private EffectiveSettings() {}

  /**
   * Compares what a node was started with.
   *
   * @param file what the defaults and the home's file come to
   * @param keys those that stand in the file
   */
  static List<Setting> of(NodeConfiguration inForce, NodeConfiguration file, Set<String> keys) {
    Map<String, String> defaults =
        values(NodeConfiguration.defaults(inForce.home(), inForce.cache()));
    Map<String, String> written = values(file);
    List<Setting> settings = new ArrayList<>();
    values(inForce)
        .forEach(
            (name, value) -> {
              boolean named = keys.contains(name);
              Map<String, String> before = named ? written : defaults;
              String from = named ? "config" : "default";
              settings.add(
                  new Setting(name, value, value.equals(before.get(name)) ? from : "command line"));
            });
    return settings;
  }

  private static Map<String, String> values(NodeConfiguration c) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("host", c.host());
    values.put("port", "" + c.port());
    values.put("threads", "" + c.threads());
    values.put("kernel", c.kernel());
    values.put("max-concurrent", "" + c.maxConcurrent());
    values.put("queue-limit", "" + c.queueLimit());
    values.put("memory-bytes", "" + c.memoryBytes());
    values.put("api-keys", text(c.apiKeys()));
    values.put("arrival-seconds", "" + c.arrival().toSeconds());
    values.put("drain-seconds", "" + c.drain().toSeconds());
    DutyFiles duties = c.duties();
    values.put("policy", text(duties.policyOrNull()));
    values.put("policy-seconds", "" + duties.cosigning().toSeconds());
    values.put("time-policy", text(duties.timesOrNull()));
    values.put("time-seconds", "" + duties.stamping().toSeconds());
    AnchorLines anchor = duties.anchor();
    values.put("anchor-rpc", anchor.rpcOrNull() == null ? NONE : place(anchor.rpcOrNull()));
    values.put("anchor-chain", text(anchor.chainOrNull()));
    values.put("anchor-contract", text(anchor.contractOrNull()));
    values.put("anchor-key", text(anchor.keyOrNull()));
    Duration within = anchor.withinOrNull() == null ? AnchorSettings.WITHIN : anchor.withinOrNull();
    values.put("anchor-seconds", "" + within.toSeconds());
    values.put(
        "anchor-depth",
        "" + (anchor.depthOrNull() == null ? AnchorSettings.DEPTH : anchor.depthOrNull()));
    FleetSettings fleet = c.fleet();
    values.put("fleet-name", fleet.name() == null ? "the host's" : fleet.name().text());
    values.put(
        "relays",
        fleet.relays().isEmpty()
            ? NONE
            : fleet.relays().stream().map(Object::toString).collect(Collectors.joining(" ")));
    values.put("link-listen", fleet.listen() == null ? NONE : listening(fleet.listen()));
    values.put("link-loopback", fleet.loopback() ? "yes" : "no");
    values.put("direct", fleet.directText());
    values.put("tier", fleet.widest().text());
    values.put("replay-share", "" + fleet.replayShare());
    values.put("split", c.split().toString());
    values.put(
        "lane",
        c.lanes().isEmpty()
            ? NONE
            : c.lanes().stream().map(Object::toString).collect(Collectors.joining("; ")));
    values.put("lane-key", keys(c.lanes()));
    values.put("access-log", c.accessLog() ? "yes" : "no");
    values.putAll(c.work().values());
    MoneySettings money = c.money();
    values.put("chain", chain(money));
    values.put("chain-id", text(money.chain()));
    values.put("channels", money.channels().toString());
    values.put("collector", text(money.collector()));
    values.put("coin", text(money.token()));
    values.put("registry", text(money.registry()));
    values.put("chain-depth", "" + money.depth());
    values.put("window", money.window().toString());
    values.put("claim-worth", money.claim().toString());
    values.put("deposit", money.deposit().toString());
    values.put("second-worth", money.second().toString());
    values.put("withdrawal-seconds", "" + money.delay().toSeconds());
    values.put("registry-from", "" + money.registryFrom());
    for (String key : List.of("watts-busy", "power-price", "coin-decimals")) {
      values.put(key, money.power().text(key));
    }
    values.put("x402-listen", text(money.sales()));
    values.put("x402-least", money.least().toString());
    return values;
  }

  /** The files, never what is in them. */
  private static String keys(List<LaneSettings> lanes) {
    String keys =
        lanes.stream()
            .filter(lane -> lane.keyFile() != null)
            .map(lane -> lane.name() + " " + lane.keyFile())
            .collect(Collectors.joining("; "));
    return keys.isEmpty() ? NONE : keys;
  }

  private static String text(@Nullable Object value) {
    return value == null ? NONE : value.toString();
  }

  /** Without path and query, in which providers put the key that one pays with. */
  private static String chain(MoneySettings money) {
    if (money.development()) {
      return MoneySettings.DEVELOPMENT;
    }
    return money.rpc() == null ? NONE : place(money.rpc());
  }

  private static String place(URI address) {
    int port = address.getPort();
    String whole = address.getScheme() + "://" + address.getHost() + (port < 0 ? "" : ":" + port);
    String rest = String.valueOf(address.getRawPath());
    return rest.length() > 1 || address.getRawQuery() != null ? whole + "/\u2026" : whole;
  }

  private static String listening(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}
