// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.work;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * When this machine works. All are unset unless its owner sets them: it works always.
 *
 * @param hoursOrNull for others only within these
 * @param idleOrNull for others only once its users have been idle as long
 * @param reserveBytes for nobody while less memory than this is available; 0: no reserve
 * @param load for others only while no more processes than this run or wait, its own among them
 * @param celsius for nobody while a sensor shows more than this
 */
public record WorkSettings(
    @Nullable Hours hoursOrNull,
    @Nullable Duration idleOrNull,
    long reserveBytes,
    OptionalDouble load,
    OptionalDouble celsius) {
  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the one that is wrong
   */
  public WorkSettings {
    if (reserveBytes < 0) {
      throw new IllegalArgumentException("a reserve of memory is not negative");
    }
    if (idleOrNull != null && (idleOrNull.toMinutes() < 1 || idleOrNull.toHours() > 24)) {
      throw new IllegalArgumentException("idleness goes from 1 to 1440 minutes");
    }
    if (load.isPresent() && !(load.getAsDouble() > 0 && load.getAsDouble() <= 10_000)) {
      throw new IllegalArgumentException("a load goes from above 0 to 10000");
    }
    if (celsius.isPresent() && !(celsius.getAsDouble() >= 30 && celsius.getAsDouble() <= 120)) {
      throw new IllegalArgumentException("a temperature goes from 30 to 120 degrees");
    }
  }

  /** It works always. */
  public static WorkSettings always() {
    return new WorkSettings(null, null, 0, OptionalDouble.empty(), OptionalDouble.empty());
  }

  /**
   * A copy in which one key of the configuration file has this value.
   *
   * @throws IllegalArgumentException if the value is none for this key
   */
  public WorkSettings with(String key, String value) {
    return switch (key) {
      case "work-hours" ->
          new WorkSettings(Hours.parse(value), idleOrNull, reserveBytes, load, celsius);
      case "work-idle-minutes" ->
          new WorkSettings(
              hoursOrNull,
              Duration.ofMinutes(Integer.parseInt(value)),
              reserveBytes,
              load,
              celsius);
      case "work-memory-reserve" ->
          new WorkSettings(hoursOrNull, idleOrNull, Long.parseLong(value), load, celsius);
      case "work-load" ->
          new WorkSettings(hoursOrNull, idleOrNull, reserveBytes, decimal(value), celsius);
      case "work-celsius" ->
          new WorkSettings(hoursOrNull, idleOrNull, reserveBytes, load, decimal(value));
      default -> throw new IllegalArgumentException("there is no setting '" + key + "'");
    };
  }

  private static OptionalDouble decimal(String value) {
    if (!value.matches("[0-9]{1,5}(\\.[0-9]{1,2})?")) {
      throw new IllegalArgumentException("it takes a number such as 3 or 3.5, not '" + value + "'");
    }
    return OptionalDouble.of(Double.parseDouble(value));
  }

  /** Only within these, if any are set. */
  public Optional<Hours> hours() {
    return Optional.ofNullable(hoursOrNull);
  }

  /** Only once idle as long, if it is set. */
  public Optional<Duration> idle() {
    return Optional.ofNullable(idleOrNull);
  }

  /** Each key with its value, {@code none} where it is unset. */
  public Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("work-hours", hours().map(Hours::toString).orElse("none"));
    values.put("work-idle-minutes", idle().map(i -> "" + i.toMinutes()).orElse("none"));
    values.put("work-memory-reserve", reserveBytes == 0 ? "none" : "" + reserveBytes);
    values.put("work-load", load.isPresent() ? "" + load.getAsDouble() : "none");
    values.put("work-celsius", celsius.isPresent() ? "" + celsius.getAsDouble() : "none");
    return values;
  }
}
