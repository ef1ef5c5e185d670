// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class HoursTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static ZonedDateTime at(String local) {
    return LocalDateTime.parse(local).atZone(BERLIN);
  }

  /** 2026-11-23 is a Monday. */
  @ParameterizedTest
  @CsvSource({
    "22:00-07:00, 2026-11-23T22:00, true",
    "22:00-07:00, 2026-11-24T06:59, true",
    "22:00-07:00, 2026-11-24T07:00, false",
    "22:00-07:00, 2026-11-24T21:59, false",
    "09:00-17:00, 2026-11-23T09:00, true",
    "09:00-17:00, 2026-11-23T17:00, false",
    "mon-fri/18:00-08:00, 2026-11-28T07:59, true",
    "mon-fri/18:00-08:00, 2026-11-28T18:00, false",
    "mon-fri/18:00-08:00, 2026-11-23T07:59, false",
    "sat-sun/00:00-24:00, 2026-11-29T23:59, true",
    "sat-sun/00:00-24:00, 2026-11-30T00:00, false",
    "sun-mon/10:00-11:00, 2026-11-23T10:30, true",
    "sun-mon/10:00-11:00, 2026-11-24T10:30, false",
    "wed/10:00-11:00 thu/10:00-11:00, 2026-11-26T10:30, true",
    "00:00-00:00, 2026-11-26T10:30, true",
  })
  void holdsTheHoursThatAreWritten(String hours, String local, boolean within) {
    assertThat(Hours.parse(hours).contain(at(local))).isEqualTo(within);
  }

  @ParameterizedTest
  @CsvSource({
    "22:00-07:00, 2026-11-23T21:00, PT1H",
    "22:00-07:00, 2026-11-23T23:00, PT23H",
    "mon-fri/18:00-08:00, 2026-11-28T12:00, PT54H",
    "mon/12:00-13:00, 2026-11-23T12:00, PT168H",
    "12:00-13:00 10:00-11:00, 2026-11-23T11:30, PT30M",
    // That night the clocks went forward: it is an hour shorter.
    "06:00-07:00, 2026-03-28T22:00, PT7H",
  })
  void saysHowLongUntilTheNextBegin(String hours, String local, Duration wait) {
    assertThat(Hours.parse(hours).untilNext(at(local))).isEqualTo(wait);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "always",
        "22-7",
        "22:00",
        "25:00-07:00",
        "24:01-07:00",
        "24:00-07:00",
        "22:60-07:00",
        "22:00-07:00 ",
        "22:00-07:00  23:00-24:00",
        "mo/22:00-07:00",
        "mon-/22:00-07:00",
        "xyz/22:00-07:00",
        "mon-xyz/22:00-07:00",
        "Mon/22:00-07:00",
        "mon22:00-07:00",
        "22:00-07:00,",
        "-22:00-07:00"
      })
  void refusesWhatIsNoHours(String text) {
    assertThatThrownBy(() -> Hours.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'");
  }

  @Test
  void damagedHoursAreReadAsWrittenOrRefused() {
    Random random = new Random(7);
    ZonedDateTime now = at("2026-11-23T12:00");
    for (int round = 0; round < 20_000; round++) {
      char[] text = "mon-fri/18:00-08:00 sat/00:00-24:00".toCharArray();
      text[random.nextInt(text.length)] = (char) (32 + random.nextInt(95));
      String written = new String(text);
      try {
        Hours hours = Hours.parse(written);
        assertThat(hours).hasToString(written);
        assertThat(hours.untilNext(now)).isPositive().isLessThanOrEqualTo(Duration.ofDays(7));
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("'");
      }
    }
  }
}
