// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.work;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads Linux's files (proc(5), the kernel's sysfs-class-thermal), and what logind says of its
 * users (org.freedesktop.login1, IdleHint). Elsewhere everything is empty.
 */
public final class LinuxReadings implements MachineReadings {
  private static final Pattern LOAD = Pattern.compile("([0-9]{1,6}\\.[0-9]{2}) .*", Pattern.DOTALL);
  private static final Pattern MEMORY =
      Pattern.compile("^MemAvailable: *([0-9]{1,15}) kB$", Pattern.MULTILINE);
  private static final Pattern DEGREES = Pattern.compile("(-?[0-9]{1,7})\n?");
  private static final Pattern HINT = Pattern.compile("^IdleHint=(yes|no)$", Pattern.MULTILINE);
  private static final Pattern SINCE =
      Pattern.compile("^IdleSinceHint=([0-9]{1,17})$", Pattern.MULTILINE);

  /** Sensors that aren't there show impossible values. */
  private static final int COLDEST = -50_000;

  private static final int HOTTEST = 150_000;

  private final Path root;
  private final Supplier<Optional<String>> logind;
  private final InstantSource clock;

  /**
   * Reads below {@code root}.
   *
   * @param logind what {@link LoginIdleness} gives
   */
  public LinuxReadings(Path root, Supplier<Optional<String>> logind, InstantSource clock) {
    this.root = root;
    this.logind = logind;
    this.clock = clock;
  }

  /** Of this machine. */
  public static LinuxReadings here(InstantSource clock) {
    return new LinuxReadings(Path.of("/"), new LoginIdleness(clock), clock);
  }

  @Override
  public OptionalDouble load() {
    Optional<Matcher> found = match(LOAD, text(root.resolve("proc/loadavg")), true);
    return found.isPresent()
        ? OptionalDouble.of(Double.parseDouble(found.get().group(1)))
        : OptionalDouble.empty();
  }

  @Override
  public OptionalLong availableMemory() {
    Optional<Matcher> found = match(MEMORY, text(root.resolve("proc/meminfo")), false);
    return found.isPresent()
        ? OptionalLong.of(Long.parseLong(found.get().group(1)) * 1024)
        : OptionalLong.empty();
  }

  @Override
  public OptionalDouble hottest() {
    OptionalDouble hottest = OptionalDouble.empty();
    try (DirectoryStream<Path> zones =
        Files.newDirectoryStream(root.resolve("sys/class/thermal"), "thermal_zone*")) {
      for (Path zone : zones) {
        Optional<Matcher> found = match(DEGREES, text(zone.resolve("temp")), true);
        if (found.isPresent()) {
          int thousandths = Integer.parseInt(found.get().group(1));
          if (thousandths > COLDEST && thousandths < HOTTEST) {
            hottest =
                OptionalDouble.of(
                    Math.max(hottest.orElse(Double.NEGATIVE_INFINITY), thousandths / 1e3));
          }
        }
      }
    } catch (IOException e) {
      return OptionalDouble.empty();
    }
    return hottest;
  }

  @Override
  public Optional<Duration> idle() {
    Optional<String> said = logind.get();
    Optional<Matcher> hint = match(HINT, said, false);
    if (hint.isEmpty()) {
      return Optional.empty();
    }
    if (hint.get().group(1).equals("no")) {
      return Optional.of(Duration.ZERO);
    }
    Instant since =
        match(SINCE, said, false)
            .map(m -> Instant.EPOCH.plusNanos(Long.parseLong(m.group(1)) * 1000))
            .orElse(clock.instant());
    Duration idle = Duration.between(since, clock.instant());
    return Optional.of(idle.isNegative() ? Duration.ZERO : idle);
  }

  private static Optional<Matcher> match(Pattern pattern, Optional<String> text, boolean whole) {
    return text.map(pattern::matcher).filter(m -> whole ? m.matches() : m.find());
  }

  private static Optional<String> text(Path file) {
    try {
      return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.US_ASCII));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
