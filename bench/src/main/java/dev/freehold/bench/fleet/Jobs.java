// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.fleet;

import dev.freehold.bench.node.NodeClient;
import dev.freehold.bench.peer.SideBySide;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.relay.Relay;
import dev.freehold.link.relay.RelaySettings;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.node.Node;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What another machine's answer costs beside calling that machine itself: {@code Jobs ROUNDS BREAKS
 * MODEL}. Three ways to one runner take turns: its own endpoint, an asker with a direct link to it,
 * an asker that reaches it through a relay. Then a runner is lost in the middle of {@code BREAKS}
 * streams: the longest silence that the client sees is told. All nodes are in this process.
 */
public final class Jobs {
  private static final String NAME = "bench-model";
  private static final String SHORT = body(2, true);
  private static final String LONG = body(96, true);

  private final NodeClient client = new NodeClient(false);
  private final SecureRandom random = new SecureRandom();
  private final Path folder;
  private final ServedModel model;

  private Jobs(Path folder, ServedModel model) {
    this.folder = folder;
    this.model = model;
  }

  private static String body(int tokens, boolean endless) {
    return Json.object()
        .put("model", NAME)
        .put("prompt", "The")
        .put("max_tokens", tokens)
        .put("temperature", 0)
        .put("ignore_eos", endless)
        .put("stream", true)
        .build()
        .write();
  }

  /** Runs the measurement. */
  public static void main(String[] words) throws Exception {
    Path file = SideBySide.file(SideBySide.cache(), words[2]);
    Path folder = Files.createTempDirectory(SideBySide.cache(), "bench-fleet-");
    try {
      ServedModel model = new ServedModel(NAME, file, Digest.sha256(Files.readAllBytes(file)));
      Jobs jobs = new Jobs(folder, model);
      jobs.added(Integer.parseInt(words[0]));
      jobs.failover(Integer.parseInt(words[1]));
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private Node node(String name, String reach, boolean serves) {
    FleetSettings fleet =
        FleetSettings.none()
            .with("fleet-name", name)
            .with("link-loopback", "yes")
            .with("replay-share", "0");
    fleet =
        reach.isEmpty() ? fleet.with("link-listen", "127.0.0.1:0") : fleet.with("relays", reach);
    return Node.start(
        NodeConfiguration.defaults(folder.resolve(name), SideBySide.cache())
            .withPort(0)
            .withThreads(1)
            .withDrain(Duration.ZERO)
            .withModels(serves ? List.of(model) : List.of())
            .withFleet(fleet));
  }

  private void added(int rounds) throws Exception {
    RelaySettings settings =
        RelaySettings.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    try (Relay relay =
        Relay.start(settings, SigningKey.generate(random), random, MonotonicClock.system())) {
      String line = relay.address().toString();
      // One runner: it listens, and has the relay; who pairs with it decides by what it is reached.
      FleetSettings both =
          FleetSettings.none()
              .with("fleet-name", "runner")
              .with("link-loopback", "yes")
              .with("relays", line);
      try (Node runner =
              Node.start(
                  NodeConfiguration.defaults(folder.resolve("runner"), SideBySide.cache())
                      .withPort(0)
                      .withThreads(1)
                      .withDrain(Duration.ZERO)
                      .withModels(List.of(model))
                      .withFleet(both));
          Node near = node("near", "", false);
          Node far = node("far", line, false)) {
        runner.awaitModels();
        client.pair(near, runner);
        client.pair(far, runner);
        awaitMachines(near, 1);
        awaitMachines(far, 1);
        List<Node> ways = List.of(runner, near, far);
        List<List<Double>> times = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int round = -rounds / 4; round < rounds; round++) {
          for (int way = 0; way < ways.size(); way++) {
            double first = client.firstToken(ways.get(way), SHORT);
            if (round >= 0) {
              times.get(way).add(first);
            }
          }
        }
        double own = NodeClient.quantile(times.getFirst(), 0.5);
        System.out.println(
            "| first token of " + rounds + " answers | p50 ms | p95 ms | p50 more |");
        System.out.println("|---|---|---|---|");
        List<String> names = List.of("the runner itself", "direct link", "through a relay");
        for (int way = 0; way < ways.size(); way++) {
          double median = NodeClient.quantile(times.get(way), 0.5);
          System.out.printf(
              Locale.ROOT,
              "| %s | %.2f | %.2f | %.2f |%n",
              names.get(way),
              median,
              NodeClient.quantile(times.get(way), 0.95),
              median - own);
        }
        System.out.println(link(near) + " and " + link(far));
      }
    }
  }

  private String link(Node node) throws Exception {
    Json.Obj fleet = client.owner(node, "fleet", Json.object().build());
    Json.Obj member = (Json.Obj) ((Json.Arr) fleet.get("members").orElseThrow()).items().getFirst();
    return member.get("link").orElseThrow().write();
  }

  private void failover(int breaks) throws Exception {
    List<Double> gaps = new ArrayList<>();
    List<Double> usual = new ArrayList<>();
    try (Node asker = node("asker", "", false)) {
      for (int round = 0; round < breaks; round++) {
        Node doomed = node("doomed" + round, "", true);
        try (Node spare = node("spare" + round, "", true)) {
          doomed.awaitModels();
          spare.awaitModels();
          client.pair(asker, doomed);
          client.pair(asker, spare);
          awaitMachines(asker, 2);
          double[] silences = silences(asker, doomed, spare);
          gaps.add(Arrays.stream(silences).max().orElseThrow());
          Arrays.sort(silences);
          usual.add(silences[silences.length / 2]);
          for (String name : List.of("doomed" + round, "spare" + round)) {
            client.owner(asker, "remove", Json.object().put("name", name).build());
          }
        } finally {
          doomed.close();
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "longest silence of %d streams whose runner was lost: p50 %.0f ms, p95 %.0f ms (between"
            + " tokens otherwise %.1f ms)%n",
        breaks,
        NodeClient.quantile(gaps, 0.5),
        NodeClient.quantile(gaps, 0.95),
        NodeClient.quantile(usual, 0.5));
  }

  /** Milliseconds between the events of one stream whose runner is closed after a few. */
  private double[] silences(Node asker, Node doomed, Node spare) throws Exception {
    HttpResponse<Stream<String>> answer = client.ask(asker, LONG);
    String runner = answer.headers().firstValue("Freehold-Ran-By").orElseThrow();
    Node lost = runner.equals(doomed.id().toString()) ? doomed : spare;
    List<Double> silences = new ArrayList<>();
    Iterator<String> lines = answer.body().iterator();
    long last = System.nanoTime();
    boolean done = false;
    while (lines.hasNext()) {
      String line = lines.next();
      done |= line.equals("data: [DONE]");
      if (line.startsWith("data: {")) {
        long now = System.nanoTime();
        silences.add((now - last) / 1e6);
        last = now;
        if (silences.size() == 16) {
          Thread.ofVirtual().start(lost::close);
        }
      }
    }
    if (!done) {
      throw new IllegalStateException("a stream ended early");
    }
    return silences.stream().skip(1).mapToDouble(Double::doubleValue).toArray();
  }

  private void awaitMachines(Node node, int count) throws Exception {
    while (true) {
      if (client.models(node).split("\"tier\"", -1).length - 1 >= count) {
        return;
      }
      Thread.sleep(20);
    }
  }
}
