// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.Processes;
import dev.freehold.it.Processes.Run;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    Path own = Files.createDirectories(folder.resolve(name));
    Processes machine = new Processes(own);
    Files.createDirectories(machine.home());
    Files.writeString(
        machine.home().resolve("config"), "fleet-name = " + name + "\n" + configuration);
    return machine;
  }

  private static String text(Json.Obj from, String name) {
    return ((Json.Str) from.get(name).orElseThrow()).value();
  }

  private static Json.Obj done(Run run) {
    assertThat(run.exit()).as(run.err()).isZero();
    return (Json.Obj) Json.parse(run.out().strip());
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

        String invite = text(done(anna.cli("invite", "--json")), "invite");
        Json.Obj joined = done(bert.cli("join", invite, "--json"));
        assertThat(text(joined, "name")).isEqualTo("anna");
        Run here = anna.cli("fleet", "--json");
        assertThat(here.out()).contains(text(joined, "words")).contains("\"bert\"");
        assertThat(bert.cli("fleet").out()).contains("relay").contains(text(joined, "words"));

        Run again = bert.cli("join", invite);
        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.err()).contains("this machine has used the invite already");

        Json.Obj second = done(anna.cli("invite", "--json"));
        done(anna.cli("invite", "withdraw", text(second, "id"), "--json"));
        assertThat(bert.cli("join", text(second, "invite")).err())
            .contains("the invite was withdrawn");

        done(anna.cli("fleet", "remove", "bert", "--json"));
        assertThat(anna.cli("fleet").out()).doesNotContain("bert");
      }
    }
  }
}
