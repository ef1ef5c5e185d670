// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.freehold.cli.service.ServiceStatus.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class SystemdTest {
  private static final String UNIT = "freehold.service";
  private static final DiskFiles DISK = new DiskFiles(new SecureRandom());

  @TempDir private Path folder = Path.of("");

  private Path units() {
    return folder.resolve("systemd").resolve("user");
  }

  private ServiceDefinition node() {
    return new ServiceDefinition(
        Path.of("/bin/true"),
        List.of("up", "--quiet", "--model", "smollm2"),
        Map.of("FREEHOLD_HOME", "/home/anna/.freehold"));
  }

  private static Systemd systemd(Path units, ServiceFiles files, Commands commands) {
    return new Systemd("freehold", units, files, commands);
  }

  private static List<Path> left(Path units) throws IOException {
    if (!Files.exists(units)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(units)) {
      return all.filter(path -> !Files.isDirectory(path)).toList();
    }
  }

  @Test
  void installsStartsTellsAndLeavesNothing() throws Exception {
    FakeSystemctl systemctl = new FakeSystemctl(units(), UNIT);
    Systemd systemd = systemd(units(), DISK, systemctl);
    assertThat(systemd.status().state()).isEqualTo(State.ABSENT);
    systemd.install(node());
    assertThat(systemd.status().state()).isEqualTo(State.RUNNING);
    assertThat(systemd.status().file()).isEqualTo(units().resolve(UNIT));
    assertThat(systemctl.link()).exists();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(units().resolve(UNIT))))
        .isEqualTo("rw-------");
    systemctl.active = false;
    assertThat(systemd.status().state()).isEqualTo(State.STOPPED);
    systemctl.failed = true;
    assertThat(systemd.status().state()).isEqualTo(State.FAILED);
    assertThat(systemd.status().detail()).contains("exit-code");
    systemd.uninstall();
    assertThat(systemd.status().state()).isEqualTo(State.ABSENT);
    assertThat(left(units())).isEmpty();
    assertThat(systemctl.failed).isFalse();
    systemd.uninstall();
  }

  @Test
  void writesNothingWhereNoSystemdAnswersAndSaysWhatToDo() throws IOException {
    FakeSystemctl systemctl = new FakeSystemctl(units(), UNIT);
    systemctl.reachable = false;
    assertThatThrownBy(() -> systemd(units(), DISK, systemctl).install(node()))
        .isInstanceOf(ServiceException.class)
        .hasMessageContaining("Failed to connect to bus")
        .hasMessageContaining("nothing was written")
        .hasMessageContaining("--print");
    assertThat(left(units())).isEmpty();
  }

  @Test
  void takesTheFilesAwayEvenWhereNoSystemdAnswersAndSaysSo() throws Exception {
    FakeSystemctl systemctl = new FakeSystemctl(units(), UNIT);
    Systemd systemd = systemd(units(), DISK, systemctl);
    systemd.install(node());
    systemctl.reachable = false;
    assertThat(systemd.status().state()).isEqualTo(State.UNKNOWN);
    assertThatThrownBy(systemd::uninstall)
        .isInstanceOf(ServiceException.class)
        .hasMessageContaining("the files are gone");
    assertThat(left(units())).isEmpty();
    assertThat(systemd.status().state()).isEqualTo(State.ABSENT);
  }

  /** Fails at one operation, which was done or not. */
  private static final class Faults implements ServiceFiles, Commands {
    private final ServiceFiles files;
    private final Commands commands;
    private final int at;
    private final boolean done;
    private int operation;

    Faults(ServiceFiles files, Commands commands, int at, boolean done) {
      this.files = files;
      this.commands = commands;
      this.at = at;
      this.done = done;
    }

    private interface Step {
      void run() throws IOException;
    }

    private void step(Step step) throws IOException {
      boolean fails = operation++ == at;
      if (!fails || done) {
        step.run();
      }
      if (fails) {
        throw new IOException("the power is cut");
      }
    }

    @Override
    public void replace(Path file, String text) throws IOException {
      step(() -> files.replace(file, text));
    }

    @Override
    public void delete(Path file) throws IOException {
      step(() -> files.delete(file));
    }

    @Override
    public Ended run(List<String> command) throws IOException, InterruptedException {
      boolean fails = operation++ == at;
      Ended ended = !fails || done ? commands.run(command) : new Ended(0, "");
      if (fails) {
        throw new IOException("the power is cut");
      }
      return ended;
    }
  }

  /**
   * The crash table: wherever it breaks off, the unit is whole or not there, and both ways lead on.
   */
  @Test
  void whereverInstallingBreaksOffDoingItAgainMendsItAndUninstallLeavesNothing() throws Exception {
    int at = 0;
    boolean broke = true;
    while (broke) {
      broke = false;
      for (boolean done : new boolean[] {false, true}) {
        Path units = folder.resolve("install-" + at + "-" + done);
        FakeSystemctl systemctl = new FakeSystemctl(units, UNIT);
        Faults faults = new Faults(DISK, systemctl, at, done);
        try {
          systemd(units, faults, faults).install(node());
        } catch (IOException e) {
          broke = true;
        }
        if (Files.exists(units.resolve(UNIT))) {
          assertThat(Files.readString(units.resolve(UNIT))).isEqualTo(SystemdUnit.text(node()));
        }
        Systemd after = systemd(units, DISK, systemctl);
        if (at % 2 == 0) {
          after.install(node());
          assertThat(after.status().state()).as("step %d", at).isEqualTo(State.RUNNING);
          assertThat(systemctl.link()).exists();
        }
        after.uninstall();
        assertThat(left(units)).as("step %d, %s", at, done).isEmpty();
        assertThat(systemctl.active || systemctl.loaded).isFalse();
      }
      at++;
    }
    assertThat(at).isEqualTo(6);
  }

  @Test
  void whereverUninstallingBreaksOffDoingItAgainLeavesNothing() throws Exception {
    int at = 0;
    boolean broke = true;
    while (broke) {
      broke = false;
      for (boolean done : new boolean[] {false, true}) {
        Path units = folder.resolve("uninstall-" + at + "-" + done);
        FakeSystemctl systemctl = new FakeSystemctl(units, UNIT);
        systemd(units, DISK, systemctl).install(node());
        Faults faults = new Faults(DISK, systemctl, at, done);
        try {
          systemd(units, faults, faults).uninstall();
        } catch (IOException e) {
          broke = true;
        }
        systemd(units, DISK, systemctl).uninstall();
        assertThat(left(units)).as("step %d, %s", at, done).isEmpty();
        assertThat(systemctl.active || systemctl.loaded).isFalse();
      }
      at++;
    }
    assertThat(at).isEqualTo(8);
  }

  @Test
  void aUnitSaysWhatIsRunAndHowItIsStartedAgain() {
    assertThat(SystemdUnit.text(node()).lines())
        .contains(
            "ExecStart=\"/bin/true\" \"up\" \"--quiet\" \"--model\" \"smollm2\"",
            "Environment=\"FREEHOLD_HOME=/home/anna/.freehold\"",
            "Restart=on-failure",
            "RestartPreventExitStatus=64",
            "WantedBy=default.target");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "a b", "50%h", "$HOME", "${HOME}", ";rm -rf", "ä#"})
  void systemdItselfReadsBackWhateverAPathHolds(String odd) throws Exception {
    Path launcher = folder.resolve(odd);
    Files.createSymbolicLink(launcher, Path.of("/bin/true"));
    Path unit = folder.resolve("odd.service");
    Files.writeString(
        unit,
        SystemdUnit.text(
            new ServiceDefinition(
                launcher,
                List.of("up", odd, "a\"b'c\\d"),
                Map.of("FREEHOLD_HOME", launcher.toString()))));
    assertThat(complaints(unit)).isEmpty();
  }

  @Test
  void systemdItselfSeesAUnitThatIsWrong() throws Exception {
    Path unit = folder.resolve("wrong.service");
    Files.writeString(unit, SystemdUnit.text(node()).replace("on-failure", "sometimes"));
    assertThat(complaints(unit)).contains("sometimes");
  }

  /** What systemd-analyze says of a unit; the test is skipped where it is not installed. */
  private String complaints(Path unit) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("systemd-analyze", "--user", "verify", unit.toString())
            .redirectErrorStream(true);
    builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      assumeThat(e).as("systemd-analyze is not installed").isNull();
      throw e;
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assumeThat(process.waitFor()).as(said).isIn(0, 1);
    assumeThat(said).doesNotContain("Failed to initialize manager");
    return said;
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\tb", "a\u0000b", "a\u007fb", "a\u0085b"})
  void refusesWhatNoUnitCanHold(String odd) {
    assertThatThrownBy(() -> new ServiceDefinition(Path.of("/bin/true"), List.of(odd), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("control character");
    assertThatThrownBy(
            () -> new ServiceDefinition(Path.of("/bin/true"), List.of(), Map.of("A", odd)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesALauncherThatCannotBeStarted() {
    assertThatThrownBy(() -> new ServiceDefinition(Path.of("freehold"), List.of(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not absolute");
    for (String odd : List.of("/opt/a\"b", "/opt/a'b", "/opt/a\\b")) {
      assertThatThrownBy(() -> new ServiceDefinition(Path.of(odd), List.of(), Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("quote or a backslash");
    }
    assertThatThrownBy(
            () -> new ServiceDefinition(Path.of("/bin/true"), List.of(), Map.of("a b", "c")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no variable's name");
  }
}
