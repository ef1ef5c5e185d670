// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is owed within a declared time, and the alarm when it is missed. How long something is owed
 * is measured by a clock that never jumps; the times in alarms are for people. An alarm outlives
 * the process: only meeting the duty clears it. Safe for use by many threads.
 */
public final class Duties {
  /** The file in which other processes read how the duties stand. */
  public static final String FILE = "duties.json";

  private static final String FORMAT = "freehold-duties/1";

  /**
   * How one duty stands.
   *
   * @param name such as {@code witnesses}
   * @param within the declared time
   * @param missedSinceOrNull since when the alarm stands, or null where it does not
   * @param why what hindered it last; empty where nothing did
   */
  public record Standing(
      String name, Duration within, @Nullable Timestamp missedSinceOrNull, String why) {
    /** Since when the alarm stands. */
    public Optional<Timestamp> missedSince() {
      return Optional.ofNullable(missedSinceOrNull);
    }
  }

  /** One duty; owned by whoever holds the book's monitor. */
  private static final class Duty {
    private final Duration within;
    private boolean owed;
    private long owedSince;
    private @Nullable Timestamp missedSince;
    private String why = "";

    Duty(Duration within) {
      this.within = within;
    }
  }

  private final Map<String, Duty> duties = new LinkedHashMap<>();
  private final Path file;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Consumer<Standing> onChange;
  private final Map<String, Standing> before;

  /**
   * A book of duties.
   *
   * @param file where their standing is kept
   * @param nanos a clock that never jumps, in nanoseconds
   * @param onChange told whenever an alarm is raised or cleared
   */
  public Duties(Path file, InstantSource clock, LongSupplier nanos, Consumer<Standing> onChange) {
    this.file = file;
    this.clock = clock;
    this.nanos = nanos;
    this.onChange = onChange;
    this.before = new LinkedHashMap<>();
    read(file).forEach(standing -> before.put(standing.name, standing));
  }

  /** Declares a duty; an alarm of an earlier process stands until it is met. */
  public synchronized void declare(String name, Duration within) {
    Duty duty = new Duty(within);
    Standing earlier = before.get(name);
    if (earlier != null) {
      duty.missedSince = earlier.missedSinceOrNull;
      duty.why = earlier.why;
    }
    duties.put(name, duty);
    write();
  }

  /** It is owed since a time of the clock that never jumps, unless it already was. */
  public synchronized void owed(String name, long since) {
    Duty duty = duty(name);
    if (!duty.owed) {
      duty.owed = true;
      duty.owedSince = since;
    }
  }

  /** Now, by the clock that never jumps. */
  public long now() {
    return nanos.getAsLong();
  }

  /** It is met: nothing is owed, and an alarm is cleared. */
  public synchronized void met(String name) {
    Duty duty = duty(name);
    duty.owed = false;
    duty.why = "";
    if (duty.missedSince != null) {
      duty.missedSince = null;
      write();
      onChange.accept(standing(name, duty));
    }
  }

  /** What hindered it, for the alarm. */
  public synchronized void hindered(String name, String why) {
    duty(name).why = why;
  }

  /** Raises the alarms that are due. To be called every now and then. */
  public synchronized void check() {
    duties.forEach(
        (name, duty) -> {
          if (duty.owed
              && duty.missedSince == null
              && nanos.getAsLong() - duty.owedSince > duty.within.toNanos()) {
            duty.missedSince = new Timestamp(clock.instant());
            write();
            onChange.accept(standing(name, duty));
          }
        });
  }

  private Duty duty(String name) {
    Duty duty = duties.get(name);
    if (duty == null) {
      throw new IllegalArgumentException("no duty '" + name + "' was declared");
    }
    return duty;
  }

  /** How all of them stand. */
  public synchronized List<Standing> standings() {
    List<Standing> all = new ArrayList<>();
    duties.forEach((name, duty) -> all.add(standing(name, duty)));
    return all;
  }

  private static Standing standing(String name, Duty duty) {
    return new Standing(name, duty.within, duty.missedSince, duty.why);
  }

  private void write() {
    List<Json> all = new ArrayList<>();
    for (Standing each : standings()) {
      Json.Builder json =
          Json.object().put("name", each.name).put("within", each.within.toSeconds());
      each.missedSince()
          .ifPresent(since -> json.put("missed", since.toString()).put("why", each.why));
      all.add(json.build());
    }
    byte[] bytes =
        CanonicalJson.bytes(
            Json.object().put("duties", Json.array(all)).put("format", FORMAT).build());
    try {
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.write(fresh, bytes);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // The alarm itself goes out all the same; the file only tells other processes of it.
    }
  }

  /** How the duties stood when a process last wrote them down; empty where none did. */
  public static List<Standing> read(Path file) {
    List<Standing> all = new ArrayList<>();
    try {
      if (Files.exists(file)
          && Json.parse(Files.readAllBytes(file)) instanceof Json.Obj object
          && object.get("duties").orElse(Json.Null.VALUE) instanceof Json.Arr list) {
        for (Json each : list.items()) {
          if (each instanceof Json.Obj duty
              && duty.get("name").orElse(Json.Null.VALUE) instanceof Json.Str name
              && duty.get("within").orElse(Json.Null.VALUE) instanceof Json.Num within) {
            Timestamp missed =
                duty.get("missed").orElse(Json.Null.VALUE) instanceof Json.Str since
                    ? Timestamp.parse(since.value())
                    : null;
            String why =
                duty.get("why").orElse(Json.Null.VALUE) instanceof Json.Str text
                    ? text.value()
                    : "";
            all.add(
                new Standing(name.value(), Duration.ofSeconds((long) within.value()), missed, why));
          }
        }
      }
    } catch (IOException | JsonException | IllegalArgumentException e) {
      // A broken file tells of nothing; the next change writes a whole one.
      return List.of();
    }
    return all;
  }
}
