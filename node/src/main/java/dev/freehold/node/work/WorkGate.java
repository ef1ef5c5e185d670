// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.work;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Says whether this machine may take work on now. Hours, idleness and load guard the peace of
 * whoever sits there, so they hold for others' work alone; memory and heat guard the machine, and
 * hold for everybody's. A limit whose reading can't be had holds. Safe for use by many threads.
 */
public final class WorkGate {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEE HH:mm", Locale.ENGLISH);

  private final WorkSettings settings;
  private final MachineReadings readings;
  private final Clock clock;

  /**
   * @param clock whose zone the hours are of
   */
  public WorkGate(WorkSettings settings, MachineReadings readings, Clock clock) {
    this.settings = settings;
    this.readings = readings;
    this.clock = clock;
  }

  /** For this machine's own clock and readings. */
  public static WorkGate here(WorkSettings settings) {
    Clock clock = Clock.system(ZoneId.systemDefault());
    return new WorkGate(settings, LinuxReadings.here(clock), clock);
  }

  /** Everything that stands against others' work now, in the order of {@link Hindrance.Kind}. */
  public List<Hindrance> hindrances() {
    List<Hindrance> found = new ArrayList<>();
    for (Hindrance.Kind kind : Hindrance.Kind.values()) {
      judge(kind).ifPresent(found::add);
    }
    return found;
  }

  /**
   * Whether {@link #admit} would let work through.
   *
   * @param own whether it is asked on this machine itself
   */
  public boolean open(boolean own) {
    return Arrays.stream(Hindrance.Kind.values())
        .filter(kind -> !own || kind.forOwner())
        .allMatch(kind -> judge(kind).isEmpty());
  }

  /**
   * Lets work through, or says why not.
   *
   * @param own whether it is asked on this machine itself
   * @throws NotWorking naming the first reason
   */
  public void admit(boolean own) {
    for (Hindrance.Kind kind : Hindrance.Kind.values()) {
      if (!own || kind.forOwner()) {
        Optional<Hindrance> hindrance = judge(kind);
        if (hindrance.isPresent()) {
          throw new NotWorking(hindrance.get());
        }
      }
    }
  }

  /** What is set, so that a limit which is not costs no reading. */
  private Optional<Hindrance> judge(Hindrance.Kind kind) {
    return switch (kind) {
      case MEMORY -> settings.reserveBytes() == 0 ? Optional.empty() : memory();
      case HEAT -> settings.celsius().isEmpty() ? Optional.empty() : heat();
      case HOURS -> settings.hours().flatMap(this::hours);
      case IN_USE -> settings.idle().flatMap(this::use);
      case LOAD -> settings.load().isEmpty() ? Optional.empty() : load();
    };
  }

  private Optional<Hindrance> hours(Hours hours) {
    ZonedDateTime now = ZonedDateTime.now(clock);
    if (hours.contain(now)) {
      return Optional.empty();
    }
    Duration wait = hours.untilNext(now);
    return Optional.of(
        new Hindrance(
            Hindrance.Kind.HOURS,
            "this machine works for others in its hours only ("
                + hours
                + "), next from "
                + TIME.format(now.plus(wait)),
            wait));
  }

  private Optional<Hindrance> use(Duration demanded) {
    Optional<Duration> idle = readings.idle();
    if (idle.isEmpty()) {
      return unreadable(Hindrance.Kind.IN_USE, "work-idle-minutes", "whether it is in use");
    }
    return idle.get().compareTo(demanded) >= 0
        ? Optional.empty()
        : Optional.of(
            new Hindrance(
                Hindrance.Kind.IN_USE,
                "somebody uses this machine: it works for others once it was idle for "
                    + demanded.toMinutes()
                    + " minutes",
                longer(demanded.minus(idle.get()))));
  }

  private static Duration longer(Duration wait) {
    return wait.compareTo(SOON) < 0 ? SOON : wait;
  }

  private Optional<Hindrance> memory() {
    OptionalLong available = readings.availableMemory();
    if (available.isEmpty()) {
      return unreadable(Hindrance.Kind.MEMORY, "work-memory-reserve", "how much memory is left");
    }
    return available.getAsLong() >= settings.reserveBytes()
        ? Optional.empty()
        : Optional.of(
            new Hindrance(
                Hindrance.Kind.MEMORY,
                String.format(
                    Locale.ROOT,
                    "%.1f GB of memory are left on this machine, and %.1f GB are kept for other"
                        + " programs",
                    available.getAsLong() / 1e9,
                    settings.reserveBytes() / 1e9),
                SOON));
  }

  private Optional<Hindrance> load() {
    OptionalDouble load = readings.load();
    if (load.isEmpty()) {
      return unreadable(Hindrance.Kind.LOAD, "work-load", "how much it has to do");
    }
    return load.getAsDouble() <= settings.load().getAsDouble()
        ? Optional.empty()
        : Optional.of(
            new Hindrance(
                Hindrance.Kind.LOAD,
                String.format(
                    Locale.ROOT,
                    "this machine's load is %.2f, and beyond %.2f it takes no work of others",
                    load.getAsDouble(),
                    settings.load().getAsDouble()),
                SOON));
  }

  private Optional<Hindrance> heat() {
    OptionalDouble hottest = readings.hottest();
    if (hottest.isEmpty()) {
      return unreadable(Hindrance.Kind.HEAT, "work-celsius", "how hot it is");
    }
    return hottest.getAsDouble() <= settings.celsius().getAsDouble()
        ? Optional.empty()
        : Optional.of(
            new Hindrance(
                Hindrance.Kind.HEAT,
                String.format(
                    Locale.ROOT,
                    "this machine is at %.0f degrees, and beyond %.0f it takes no work",
                    hottest.getAsDouble(),
                    settings.celsius().getAsDouble()),
                SOON));
  }

  private static Optional<Hindrance> unreadable(Hindrance.Kind kind, String key, String what) {
    return Optional.of(
        new Hindrance(
            kind,
            "'"
                + key
                + "' is set, and this machine does not tell "
                + what
                + ": its owner has to take the setting out of FREEHOLD_HOME/config",
            Duration.ofHours(1)));
  }
}
