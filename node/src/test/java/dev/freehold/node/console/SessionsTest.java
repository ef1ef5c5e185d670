// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private Instant now = Instant.parse("2026-11-29T00:00:00Z");
  private final Sessions sessions = new Sessions(new Random(1), () -> now);

  private String cookie(String value) {
    return sessions.setCookie(value).split(";", -1)[0];
  }

  @Test
  void aLinkIsChangedForASessionOnce() {
    String link = sessions.link();
    String value = sessions.enter(link).orElseThrow();
    assertThat(sessions.enter(link)).isEmpty();
    assertThat(sessions.accepts(cookie(value))).isTrue();
    assertThat(sessions.accepts("other=1; " + cookie(value))).isTrue();
    assertThat(sessions.setCookie(value)).contains("HttpOnly").contains("SameSite=Strict");
  }

  @Test
  void aLinkIsWorthNothingAfterAQuarterOfAnHour() {
    String link = sessions.link();
    now = now.plus(Duration.ofMinutes(15));
    assertThat(sessions.enter(link)).isEmpty();
  }

  @Test
  void aSessionEndsAfterThirtyDays() {
    String cookie = cookie(sessions.enter(sessions.link()).orElseThrow());
    now = now.plus(Duration.ofDays(30)).minusSeconds(1);
    assertThat(sessions.accepts(cookie)).isTrue();
    now = now.plusSeconds(1);
    assertThat(sessions.accepts(cookie)).isFalse();
  }

  @Test
  void nothingElseIsASession() {
    String link = sessions.link();
    String value = sessions.enter(sessions.link()).orElseThrow();
    String name = cookie("").replace("=", "");
    assertThat(sessions.enter("")).isEmpty();
    assertThat(sessions.enter(value)).isEmpty();
    assertThat(sessions.accepts("")).isFalse();
    assertThat(sessions.accepts(name)).isFalse();
    assertThat(sessions.accepts(name + "=")).isFalse();
    assertThat(sessions.accepts(name + "=" + link)).isFalse();
    assertThat(sessions.accepts("x" + name + "=" + value)).isFalse();
    assertThat(sessions.accepts(name + "=" + value + "0")).isFalse();
    assertThat(sessions.accepts("freehold=" + value)).isFalse();
    assertThat(new Sessions(new Random(2), () -> now).accepts(cookie(value))).isFalse();
  }
}
