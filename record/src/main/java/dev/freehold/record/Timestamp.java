// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * A point in time to the millisecond, between the years 1970 and 9999. Its one text form is RFC
 * 3339 in UTC: {@code 2026-11-23T22:15:00.000Z}.
 *
 * @param instant whole milliseconds
 */
public record Timestamp(Instant instant) implements Comparable<Timestamp> {
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
    // By hand: a gateway writes three for each action, and a formatter takes a microsecond each.
    LocalDateTime time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    byte[] text = "0000-00-00T00:00:00.000Z".getBytes(StandardCharsets.ISO_8859_1);
    digits(text, 4, time.getYear());
    digits(text, 7, time.getMonthValue());
    digits(text, 10, time.getDayOfMonth());
    digits(text, 13, time.getHour());
    digits(text, 16, time.getMinute());
    digits(text, 19, time.getSecond());
    digits(text, 23, time.getNano() / 1_000_000);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static void digits(byte[] text, int end, int number) {
    int at = end;
    for (int rest = number; rest > 0; rest /= 10) {
      text[--at] = (byte) ('0' + rest % 10);
    }
  }
}
