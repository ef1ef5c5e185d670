// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import static dev.freehold.it.Processes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.Processes;
import dev.freehold.it.Processes.Run;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A machine of a fleet gets a new key: old receipts stay, new ones count, the others follow. */
@Timeout(420)
class KeyFlowTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private Processes machine(String name, String configuration) throws IOException {
    return Processes.machine(folder, name, List.of(), configuration);
  }

  private static void done(Run run, String said) {
    assertThat(run.exit()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains(said);
  }

  private Path receipt(Processes machine, String name) throws Exception {
    Json.Obj answer = machine.cli("ask", "--json", "--max-tokens", "4", "Say yes.").json();
    Path file = folder.resolve(name);
    Run export =
        machine.cli(
            "receipt", "export", text(answer, "receipt"), "--proof", "--output", file.toString());
    assertThat(export.exit()).as(export.err()).isZero();
    return file;
  }

  @Test
  void aMachineOfAFleetGetsANewKey() throws Exception {
    try (Processes relay = machine("relay", "")) {
      assumeTrue(Files.exists(relay.model(SMOLLM2)), "skipped: SmolLM2 is not in the cache");
      String place = text(relay.serve("relay", "--port", "0", "--json"), "relay");
      try (Processes anna = machine("anna", "relays = " + place + "\ndirect = tcp\n");
          Processes bert = machine("bert", "");
          Processes carl = machine("carl", "")) {
        anna.serve("up", "--port", "0", "--json", "--quiet");
        bert.serve("up", "--port", "0", "--json", "--quiet");
        String invite = text(anna.cli("invite", "--json").json(), "invite");
        bert.cli("join", invite, "--json").json();
        carl.serve("up", "--no-model", "--port", "0", "--json");
        String another = text(anna.cli("invite", "--json").json(), "invite");
        carl.cli("join", another, "--json").json();
        carl.endLast();
        Path before = receipt(anna, "before.json");
        assertThat(anna.cli("key", "rotate").err()).contains("another node runs on");
        anna.endLast();

        Path statement = folder.resolve("succession.json");
        Run rotated = anna.cli("key", "rotate", "--output", statement.toString());
        done(rotated, "is          did:key:");
        // carl is off; bert takes it now, or is told by the node once that runs.
        assertThat(rotated.out()).contains("not told    carl: the node goes on trying", "bert");
        Json.Obj succession = (Json.Obj) Json.parse(Files.readString(statement));
        assertThat(text(anna.cli("key", "show", "--json").json(), "name"))
            .isEqualTo(text(succession, "next"));
        assertThat(anna.verify(statement).exit()).isZero();

        anna.serve("up", "--port", "0", "--json", "--quiet");
        Path after = receipt(anna, "after.json");
        String old = text(succession, "node");
        String beside = statement.toString();
        // Before and after, each under the key of its time.
        done(anna.verify(before, "--node", old, "--beside", beside), "Valid");
        done(anna.verify(after, "--node", old, "--beside", beside), "which follows the expected");
        assertThat(anna.verify(after, "--node", old).out()).contains("not by the expected");
        assertThat(anna.cli("log", "check").exit()).isZero();

        // carl was off when the others were told: the node tells it by itself once it is back.
        carl.serve("up", "--no-model", "--port", "0", "--json");
        Instant end = Instant.now().plus(PATIENCE);
        for (Processes each : List.of(bert, carl)) {
          String seen = "";
          // The old key is linked until the news is here.
          while (!seen.contains(text(succession, "next")) && Instant.now().isBefore(end)) {
            Thread.sleep(300);
            seen = each.cli("fleet", "--json").json().toString();
          }
          assertThat(seen).contains(text(succession, "next"));
          while (!each.cli("fleet").out().contains("anna  own  relay")
              && Instant.now().isBefore(end)) {
            Thread.sleep(300);
          }
          assertThat(each.cli("fleet").out()).contains("anna  own  relay");
        }
        assertThat(bert.cli("doctor").out()).contains("anna has another key since");
        assertThat(bert.cli("fleet", "follow", statement.toString()).err())
            .contains("its successor is a member already");
      }
    }
  }
}
