// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * A point in time to the millisecond, between the years 1970 and 9999. Its one text form is RFC
 * 3339 in UTC: {@code 2026-11-23T22:15:00.000Z}.
 *
 * @param instant whole milliseconds
 */
public record Timestamp(Instant instant) implements Comparable<Timestamp> {
  private static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final Instant END = Instant.parse("9999-12-31T23:59:59.999Z");

  /**
   * Cuts off what is finer than a millisecond.
   *
   * @throws IllegalArgumentException if the year lies outside 1970 to 9999
   */
  public Timestamp {
    instant = instant.truncatedTo(ChronoUnit.MILLIS);
    if (instant.isBefore(Instant.EPOCH) || instant.isAfter(END)) {
      throw new IllegalArgumentException("a time stamp lies between the years 1970 and 9999");
    }
  }

  /**
   * Reads the one text form.
   *
   * @throws IllegalArgumentException if the text has any other form
   */
  public static Timestamp parse(String text) {
    try {
      Timestamp timestamp = new Timestamp(Instant.parse(text));
      if (timestamp.toString().equals(text)) {
        return timestamp;
      }
    } catch (DateTimeException e) {
      // Said below.
    }
    throw new IllegalArgumentException("a time stamp is written as 2026-11-23T22:15:00.000Z");
  }

  @Override
  public int compareTo(Timestamp other) {
    return instant.compareTo(other.instant);
  }

  /** 24 characters: what {@link #parse} reads. */
  @Override
  public String toString() {
    return FORM.format(instant);
  }
}
