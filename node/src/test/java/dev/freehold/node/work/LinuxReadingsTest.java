// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class LinuxReadingsTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  @TempDir private Path root = Path.of("");
  private Optional<String> logind = Optional.empty();

  private LinuxReadings readings() {
    return new LinuxReadings(root, () -> logind, InstantSource.fixed(NOW));
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @Test
  void readsWhatTheKernelWrites() throws IOException {
    write("proc/loadavg", "1.73 1.11 0.50 2/100 12477\n");
    write("proc/meminfo", "MemTotal:       24683656 kB\nMemAvailable:   24154724 kB\n");
    write("sys/class/thermal/thermal_zone0/temp", "45500\n");
    write("sys/class/thermal/thermal_zone1/temp", "71000\n");
    write("sys/class/thermal/cooling_device0/temp", "99000\n");
    assertThat(readings().load()).hasValue(1.73);
    assertThat(readings().availableMemory()).hasValue(24_154_724L * 1024);
    assertThat(readings().hottest()).hasValue(71);
  }

  @Test
  void sensorsThatAreNotThereAreLeftOut() throws IOException {
    write("sys/class/thermal/thermal_zone0/temp", "-274000\n");
    write("sys/class/thermal/thermal_zone1/temp", "65535000\n");
    assertThat(readings().hottest()).isEmpty();
    write("sys/class/thermal/thermal_zone2/temp", "-5000\n");
    assertThat(readings().hottest()).hasValue(-5);
  }

  @Test
  void whatIsMissingIsUnknown() {
    nothingIsKnown();
  }

  private void nothingIsKnown() {
    assertThat(readings().load()).isEmpty();
    assertThat(readings().availableMemory()).isEmpty();
    assertThat(readings().hottest()).isEmpty();
    assertThat(readings().idle()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "x", "1", "1.7", "-1.00 0 0", "99999999999.00 1", "NaN 1 1"})
  void whatIsNotUnderstoodIsUnknown(String text) throws IOException {
    write("proc/loadavg", text);
    write("proc/meminfo", "MemAvailable: " + text + "\n");
    write("sys/class/thermal/thermal_zone0/temp", text + "x");
    logind = Optional.of("IdleHint=" + text + "\n");
    nothingIsKnown();
  }

  @Test
  void idlenessIsCountedFromWhenLogindNoticedIt() {
    logind = Optional.of("IdleHint=no\nIdleSinceHint=1795435200000000\n");
    assertThat(readings().idle()).contains(Duration.ZERO);
    long since = NOW.minusSeconds(600).toEpochMilli() * 1000;
    logind = Optional.of("IdleHint=yes\nIdleSinceHint=" + since + "\n");
    assertThat(readings().idle()).contains(Duration.ofMinutes(10));
    long ahead = NOW.plusSeconds(600).toEpochMilli() * 1000;
    logind = Optional.of("IdleHint=yes\nIdleSinceHint=" + ahead + "\n");
    assertThat(readings().idle()).contains(Duration.ZERO);
  }

  @Test
  void whereNobodyIsLoggedInItIsIdle() {
    logind = Optional.of("IdleHint=yes\nIdleSinceHint=0\n");
    assertThat(readings().idle()).hasValueSatisfying(i -> assertThat(i.toDays()).isPositive());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void readsThisMachine() {
    LinuxReadings here = LinuxReadings.here(InstantSource.system());
    assertThat(here.load()).isPresent();
    assertThat(here.availableMemory()).isPresent();
  }
}
