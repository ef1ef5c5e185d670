// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.split;

import dev.freehold.node.Node;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.split.SplitSettings;
import dev.freehold.record.Digest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A node in a process of its own, reached directly or through a relay: HOME NAME THREADS SPLIT
 * direct|RELAY [FILE SHA256-HEX]. It prints its port and its name, and ends with its input.
 */
final class NodeProcess {
  static final String DIRECT = "direct";

  private NodeProcess() {}

  public static void main(String[] words) throws Exception {
    Path home = Path.of(words[0]);
    FleetSettings fleet =
        FleetSettings.none().with("fleet-name", words[1]).with("link-loopback", "yes");
    fleet =
        words[4].equals(DIRECT)
            ? fleet.with("link-listen", "127.0.0.1:0")
            : fleet.with("relays", words[4]).with("direct", "off");
    NodeConfiguration configuration =
        NodeConfiguration.defaults(home, home.resolve("cache"))
            .withPort(0)
            .withThreads(Integer.parseInt(words[2]))
            .withSplit(SplitSettings.parse(words[3]))
            .withDrain(Duration.ZERO)
            .withFleet(fleet);
    if (words.length > 5) {
      configuration =
          configuration.withModels(
              List.of(new ServedModel("model", Path.of(words[5]), Digest.ofHex(words[6]))));
    }
    try (Node node = Node.start(configuration)) {
      System.out.println("port " + node.port() + " " + node.id());
      while (System.in.read() >= 0) {}
    }
  }
}
