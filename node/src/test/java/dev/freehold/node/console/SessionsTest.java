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
    Sessions.Entered entered = sessions.enter(link).orElseThrow();
    assertThat(sessions.enter(link)).isEmpty();
    assertThat(accepted(entered)).isTrue();
    assertThat(sessions.accepts("other=1; " + cookie(entered.cookie()), entered.key())).isTrue();
    assertThat(sessions.setCookie(entered.cookie()))
        .contains("HttpOnly")
        .contains("SameSite=Strict");
  }

  private boolean accepted(Sessions.Entered entered) {
    return sessions.accepts(cookie(entered.cookie()), entered.key());
  }

  @Test
  void aLinkIsWorthNothingAfterAQuarterOfAnHour() {
    String link = sessions.link();
    now = now.plus(Duration.ofMinutes(15));
    assertThat(sessions.enter(link)).isEmpty();
  }

  @Test
  void aSessionEndsAfterThirtyDays() {
    Sessions.Entered entered = sessions.enter(sessions.link()).orElseThrow();
    now = now.plus(Duration.ofDays(30)).minusSeconds(1);
    assertThat(accepted(entered)).isTrue();
    now = now.plusSeconds(1);
    assertThat(accepted(entered)).isFalse();
  }

  /** Every port of this machine gets the cookie; the key stays with the console's own origin. */
  @Test
  void neitherHalfOfASessionIsOne() {
    Sessions.Entered one = sessions.enter(sessions.link()).orElseThrow();
    Sessions.Entered other = sessions.enter(sessions.link()).orElseThrow();
    assertThat(sessions.accepts(cookie(one.cookie()), "")).isFalse();
    assertThat(sessions.accepts(cookie(one.cookie()), one.cookie())).isFalse();
    assertThat(sessions.accepts(cookie(one.key()), one.key())).isFalse();
    assertThat(sessions.accepts("", one.key())).isFalse();
    assertThat(sessions.accepts(cookie(one.cookie()), other.key())).isFalse();
    assertThat(sessions.accepts(cookie(one.cookie()), one.key() + "0")).isFalse();
    assertThat(accepted(one)).isTrue();
  }

  @Test
  void nothingElseIsASession() {
    String link = sessions.link();
    Sessions.Entered entered = sessions.enter(sessions.link()).orElseThrow();
    String key = entered.key();
    String value = entered.cookie();
    String name = cookie("").replace("=", "");
    assertThat(sessions.enter("")).isEmpty();
    assertThat(sessions.enter(value)).isEmpty();
    assertThat(sessions.enter(key)).isEmpty();
    assertThat(sessions.accepts("", key)).isFalse();
    assertThat(sessions.accepts(name, key)).isFalse();
    assertThat(sessions.accepts(name + "=", key)).isFalse();
    assertThat(sessions.accepts(name + "=" + link, link)).isFalse();
    assertThat(sessions.accepts("x" + name + "=" + value, key)).isFalse();
    assertThat(sessions.accepts(name + "=" + value + "0", key)).isFalse();
    assertThat(sessions.accepts("freehold=" + value, key)).isFalse();
    assertThat(new Sessions(new Random(2), () -> now).accepts(cookie(value), key)).isFalse();
  }
}
