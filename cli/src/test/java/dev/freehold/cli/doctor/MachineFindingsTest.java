// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.cli.service.ServiceStatus;
import dev.freehold.engine.model.MemoryNeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, service and memory of the machine itself. */
@NullMarked
class MachineFindingsTest {
  private static final long GB = 1_000_000_000L;
  private static final MemoryNeed LARGE = new MemoryNeed(30 * GB, 100_000, GB / 5);

  @TempDir private Path home = Path.of("");
  private final Findings findings = new Findings();

  private Finding only() {
    assertThat(findings.all()).hasSize(1);
    return findings.all().getFirst();
  }

  private void secret(String name, String permissions) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "secret");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  @ParameterizedTest
  @CsvSource({
    "node.key, rw-r--r--",
    "node.key, rw----r--",
    "node.key, rw--w----",
    "owner, rw-rw----",
    "relay/relay.key, rw-r-----",
    "fleet/book.json, rw-r--r--",
    "anchor.key, rw-rw-rw-",
  })
  void aSecretFileThatOthersCanUseIsNamedWithItsCure(String name, String permissions)
      throws IOException {
    secret("other.key", "rw-------");
    secret(name, permissions);
    KeyFindings.look(home, findings);
    assertThat(only().state()).isEqualTo(Finding.State.WRONG);
    assertThat(only().found()).contains(home.resolve(name).toString());
    assertThat(only().cure()).startsWith("chmod 600 " + home.resolve(name));
  }

  @Test
  void secretFilesThatAreTheOwnersAloneAreWell() throws IOException {
    secret("node.key", "rw-------");
    secret("relay/relay.key", "r--------");
    secret("config", "rw-r--r--");
    KeyFindings.look(home, findings);
    assertThat(only().state()).isEqualTo(Finding.State.OK);
    assertThat(only().found()).contains("2 secret files");
  }

  @Test
  void aHomeThatIsNotThereHasNoKeys() throws IOException {
    KeyFindings.look(home.resolve("none"), findings);
    assertThat(findings.all()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "RUNNING, OK, runs, ''",
    "ABSENT, NOTE, none is installed, service install",
    "STOPPED, WRONG, does not run, service install",
    "FAILED, WRONG, failed too often, journalctl --user -u freehold.service",
    "UNKNOWN, NOTE, can't be asked, session",
  })
  void aServiceThatDoesNotRunIsNamedWithItsCure(
      ServiceStatus.State service, Finding.State state, String found, String cure) {
    ServiceFindings.look(
        new ServiceStatus(service, "inactive", Path.of("/u/freehold.service")), findings);
    assertThat(only().state()).isEqualTo(state);
    assertThat(only().found()).contains(found);
    assertThat(only().cure()).contains(cure);
  }

  @Test
  void aModelThatDoesNotFitIsSaidBeforeLoadingWithWhatWould() {
    ModelFindings.look("large", LARGE, 2 * GB, Catalogue.shipped(), findings);
    assertThat(only().state()).isEqualTo(Finding.State.NOTE);
    assertThat(only().found()).contains("large needs 30.3 GB").contains("2.0 GB are free");
    assertThat(only().cure()).contains("freehold up -m ");
  }

  @Test
  void aModelThatFitsIsWell() {
    ModelFindings.look("large", LARGE, 40 * GB, Catalogue.shipped(), findings);
    assertThat(only().state()).isEqualTo(Finding.State.OK);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 100_000_000})
  void whereNothingFitsThatIsSaid(long free) {
    ModelFindings.look("large", LARGE, free, Catalogue.shipped(), findings);
    assertThat(only().cure()).contains("no model of the catalogue fits");
  }

  @Test
  void aModelThatTheNodeCouldNotLoadIsNamedWithTheReason() {
    ModelFindings.failed(
        "large", "it needs 30.3 GB of memory", 2 * GB, Catalogue.shipped(), findings);
    assertThat(only().state()).isEqualTo(Finding.State.WRONG);
    assertThat(only().found()).contains("large").contains("30.3 GB");
    assertThat(only().cure()).contains("freehold up -m ");
  }

  @Test
  void oneFaultAmongManyFindingsMakesTheWholeWrong() {
    findings.ok("a", "well");
    findings.note("b", "so", "so");
    assertThat(findings.anyWrong()).isFalse();
    findings.wrong("c", "bad", "mend it");
    assertThat(findings.anyWrong()).isTrue();
  }
}
