// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import static dev.freehold.it.Processes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.Processes;
import dev.freehold.it.fleet.FaultsFlowTest.Deeds;
import dev.freehold.it.fleet.FaultsFlowTest.Up;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A relay that lies about who is there, between processes: with another relay beside it. */
@NullMarked
@Timeout(180)
class RelayFaultsTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

  @TempDir private Path folder = Path.of("");

  private Processes machine(String name, String configuration) throws Exception {
    return Processes.machine(folder, name, List.of(), configuration);
  }

  @Test
  @Tag("soak")
  void aRelayThatLiesAboutWhoIsThereIsGoneRoundAndNobodyGetsAnothersPlace() throws Exception {
    try (Processes bad = machine("bad-relay", "");
        Processes good = machine("relay", "")) {
      assumeTrue(Files.exists(bad.model(SMOLLM2)), "skipped: SmolLM2 is not in the cache");
      Deeds deeds = new Deeds(bad.begin(BadRelay.class));
      String honest = text(good.serve("relay", "--port", "0", "--json"), "relay");
      String lines = "relays = " + deeds.place() + " " + honest + "\nsplit = never\ndirect = tcp\n";
      try (Processes a = machine("anna", lines);
          Processes b = machine("bert", lines);
          Processes m = machine("mallory", lines)) {
        Up anna = FaultsFlowTest.up(a, "--no-model");
        Up bert = FaultsFlowTest.up(b, "--quiet");
        Up mallory = FaultsFlowTest.up(m, "--no-model");
        bert.join(anna.invite());
        mallory.join(anna.invite());
        FaultsFlowTest.await("bert answers", () -> anna.ask(1).statusCode() == 200);
        String due = FaultsFlowTest.choices(anna.ask(1));
        String bertsNode = text(bert.fleet(), "node");
        // What is for bert goes to mallory, whose words are said to be bert's.
        String swap = "SWAP " + bertsNode + " " + text(mallory.fleet(), "node");

        // An honest relay is beside the liar: bert, started anew, is reached through it.
        for (String lie : List.of("DENY", swap)) {
          deeds.now(lie);
          b.endLast();
          FaultsFlowTest.up(b, "--quiet");
          FaultsFlowTest.await("bert answers", () -> anna.ask(1).statusCode() == 200);
          assertThat(deeds.now(lie)).as("times that it lied: %s", lie).isPositive();
          HttpResponse<String> answer = anna.ask(1);
          assertThat(FaultsFlowTest.choices(answer)).isEqualTo(due);
          assertThat(answer.headers().firstValue("freehold-ran-by")).contains(bertsNode);
        }
      }
    }
  }
}
