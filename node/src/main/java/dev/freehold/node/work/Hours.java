// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.work;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The hours of a week in which a machine works, by its own wall clock: {@code mon-fri/18:00-08:00
 * sat-sun/00:00-24:00}. A span that ends no later than it begins ends on the next day; one without
 * days is of every day.
 */
public final class Hours {
  private static final Pattern SPAN =
      Pattern.compile(
          "(?:([a-z]{3})(?:-([a-z]{3}))?/)?([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})");
  private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

  private final String text;
  private final List<Span> spans;

  /**
   * One span.
   *
   * @param days on which it begins
   * @param length from its beginning to its end
   */
  private record Span(Set<DayOfWeek> days, LocalTime from, Duration length) {}

  private Hours(String text, List<Span> spans) {
    this.text = text;
    this.spans = List.copyOf(spans);
  }

  /**
   * Reads spans with one space between.
   *
   * @throws IllegalArgumentException naming the span that is wrong
   */
  public static Hours parse(String text) {
    List<Span> spans = new ArrayList<>();
    for (String each : text.split(" ", -1)) {
      spans.add(span(each));
    }
    return new Hours(text, spans);
  }

  private static Span span(String text) {
    Matcher matcher = SPAN.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no span: write 22:00-07:00, mon-fri/18:00-08:00 or sun/00:00-24:00");
    }
    int from = minute(text, matcher.group(3), matcher.group(4));
    int to = minute(text, matcher.group(5), matcher.group(6));
    if (from == 24 * 60) {
      throw new IllegalArgumentException("'" + text + "' begins at 24:00: write 00:00");
    }
    int minutes = to > from ? to - from : to + 24 * 60 - from;
    return new Span(
        days(text, matcher.group(1), matcher.group(2)),
        LocalTime.of(from / 60, from % 60),
        Duration.ofMinutes(minutes));
  }

  private static int minute(String span, String hours, String minutes) {
    int of = Integer.parseInt(hours) * 60 + Integer.parseInt(minutes);
    if (Integer.parseInt(minutes) > 59 || of > 24 * 60) {
      throw new IllegalArgumentException("'" + span + "' has a time that no day has");
    }
    return of;
  }

  private static Set<DayOfWeek> days(String span, @Nullable String first, @Nullable String last) {
    if (first == null) {
      return EnumSet.allOf(DayOfWeek.class);
    }
    int from = DAYS.indexOf(first);
    int to = last == null ? from : DAYS.indexOf(last);
    if (from < 0 || to < 0) {
      throw new IllegalArgumentException("'" + span + "' names no day: " + DAYS);
    }
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (int day = from; ; day = (day + 1) % 7) {
      days.add(DayOfWeek.of(day + 1));
      if (day == to) {
        return days;
      }
    }
  }

  /** Whether it is within them. */
  public boolean contain(ZonedDateTime now) {
    return spans.stream()
        .anyMatch(
            span ->
                // A span of yesterday's may last until now; none lasts longer than a day.
                within(span, now, now.toLocalDate())
                    || within(span, now, now.toLocalDate().minusDays(1)));
  }

  private static boolean within(Span span, ZonedDateTime now, LocalDate day) {
    if (!span.days.contains(day.getDayOfWeek())) {
      return false;
    }
    var begins = day.atTime(span.from);
    var local = now.toLocalDateTime();
    return !local.isBefore(begins) && local.isBefore(begins.plus(span.length));
  }

  /** How long until the next span begins, at most a week. */
  public Duration untilNext(ZonedDateTime now) {
    Optional<ZonedDateTime> next = Optional.empty();
    for (int ahead = 0; ahead <= 7; ahead++) {
      LocalDate day = now.toLocalDate().plusDays(ahead);
      for (Span span : spans) {
        ZonedDateTime begins = ZonedDateTime.of(day, span.from, now.getZone());
        if (span.days.contains(day.getDayOfWeek())
            && begins.isAfter(now)
            && next.filter(earlier -> !begins.isBefore(earlier)).isEmpty()) {
          next = Optional.of(begins);
        }
      }
    }
    return Duration.between(now, next.orElseThrow());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Hours hours && hours.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
