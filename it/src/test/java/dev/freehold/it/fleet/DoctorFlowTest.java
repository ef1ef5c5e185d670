// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import static dev.freehold.it.Processes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.Processes;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Faults that a person can meet are made between running nodes, and the doctor names them. */
@Timeout(420)
class DoctorFlowTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;

  private Processes machine(String name, String configuration) throws IOException {
    return Processes.machine(folder, name, List.of(), configuration);
  }

  /** What was found to be other than well, each as one line. */
  private static List<String> faults(Processes machine) throws Exception {
    Json.Obj said = (Json.Obj) Json.parse(machine.cli("doctor", "--json").out().strip());
    List<String> faults = new ArrayList<>();
    for (Json each : ((Json.Arr) said.get("findings").orElseThrow()).items()) {
      Json.Obj finding = (Json.Obj) each;
      if (!text(finding, "state").equals("ok")) {
        faults.add(
            text(finding, "what") + ": " + text(finding, "found") + " -> " + text(finding, "cure"));
      }
    }
    return faults;
  }

  private static void eventually(Processes machine, String fault) throws Exception {
    Instant end = Instant.now().plus(PATIENCE);
    List<String> faults = faults(machine);
    while (faults.stream().noneMatch(line -> line.contains(fault)) && Instant.now().isBefore(end)) {
      Thread.sleep(500);
      faults = faults(machine);
    }
    assertThat(faults).anyMatch(line -> line.contains(fault));
  }

  @Test
  void theDoctorNamesWhatIsWrongBetweenMachines() throws Exception {
    try (Processes relay = machine("relay", "")) {
      assumeTrue(Files.exists(relay.model(SMOLLM2)), "skipped: SmolLM2 is not in the cache");
      String place = text(relay.serve("relay", "--port", "0", "--json"), "relay");
      try (Processes anna = machine("anna", "relays = " + place + "\ndirect = tcp\n");
          Processes bert = machine("bert", "");
          Processes carl = machine("carl", "")) {
        anna.serve("up", "--port", "0", "--json", "--quiet");
        bert.serve("up", "--port", "0", "--json", "--quiet");
        carl.serve("up", "--port", "0", "--json", "--quiet");
        Json.Obj invite = (Json.Obj) Json.parse(anna.cli("invite", "--json").out().strip());
        assertThat(bert.cli("join", text(invite, "invite")).exit()).isZero();
        assertThat(faults(anna))
            .noneMatch(line -> line.startsWith("invite") || line.startsWith("relay:"))
            .noneMatch(line -> line.startsWith("keys") || line.startsWith("key:"))
            .anyMatch(line -> line.contains("bert is reached by a relay only"))
            .anyMatch(line -> line.startsWith("service: none is installed"));

        // While another one is open, the inviter hears who comes with the old one.
        assertThat(anna.cli("invite").exit()).isZero();
        assertThat(carl.cli("join", text(invite, "invite")).exit()).isEqualTo(1);
        Files.setPosixFilePermissions(
            anna.home().resolve("node.key"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(faults(anna))
            .anyMatch(line -> line.contains("another key had used it before"))
            .anyMatch(line -> line.startsWith("keys:") && line.contains("chmod 600"));
        assertThat(faults(carl)).anyMatch(line -> line.contains("another machine has used"));
        Files.setPosixFilePermissions(
            anna.home().resolve("node.key"), PosixFilePermissions.fromString("rw-------"));

        try (Processes copy = machine("copy", "relays = " + place + "\n")) {
          Files.copy(
              anna.home().resolve("node.key"),
              copy.home().resolve("node.key"),
              StandardCopyOption.COPY_ATTRIBUTES);
          copy.serve("up", "--port", "0", "--json", "--quiet");
          eventually(anna, "another machine has proven this node's key");
        }
        relay.endLast();
        eventually(bert, "anna is not reached");
        eventually(anna, "is not reached: ");
      }
    }
  }
}
