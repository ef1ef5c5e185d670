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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two machines that reach each other through a relay only, as a person pairs them. */
@Timeout(180)
class PairingFlowTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

  @TempDir private Path folder;

  private Processes machine(String name, String configuration) throws IOException {
    return Processes.machine(folder, name, List.of(), configuration);
  }

  @Test
  void twoMachinesBehindOneRelayPairOnceAndSeeEachOther() throws Exception {
    try (Processes relay = machine("relay", "")) {
      assumeTrue(Files.exists(relay.model(SMOLLM2)), "skipped: SmolLM2 is not in the cache");
      String place = text(relay.serve("relay", "--port", "0", "--json"), "relay");
      try (Processes anna = machine("anna", "relays = " + place + "\n");
          Processes bert = machine("bert", "")) {
        anna.serve("up", "--port", "0", "--json", "--quiet");
        bert.serve("up", "--port", "0", "--json", "--quiet");

        String invite = text(anna.cli("invite", "--json").json(), "invite");
        Json.Obj joined = bert.cli("join", invite, "--json").json();
        assertThat(text(joined, "name")).isEqualTo("anna");
        Run here = anna.cli("fleet", "--json");
        assertThat(here.out()).contains(text(joined, "words")).contains("\"bert\"");
        assertThat(bert.cli("fleet").out()).contains("relay").contains(text(joined, "words"));

        Run again = bert.cli("join", invite);
        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.err()).contains("this machine has used the invite already");

        Json.Obj second = anna.cli("invite", "--json").json();
        anna.cli("invite", "withdraw", text(second, "id"), "--json").json();
        assertThat(bert.cli("join", text(second, "invite")).err())
            .contains("the invite was withdrawn");

        anna.cli("fleet", "remove", "bert", "--json").json();
        assertThat(anna.cli("fleet").out()).doesNotContain("bert");
      }
    }
  }
}
