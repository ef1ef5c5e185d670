// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class ValuesTest {
  @Test
  void aSaltHidesContentBehindSixteenBytes() {
    Salt salt = Salt.random(new Random(1));
    byte[] content = "[]".getBytes(StandardCharsets.UTF_8);
    assertThat(salt.bytes()).hasSize(16);
    assertThat(salt.digest(content)).isEqualTo(Digest.sha256(salt.bytes(), content));
    assertThat(new Salt(salt.hex())).isEqualTo(salt);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "0123456789abcdef0123456789abcde",
        "0123456789abcdef0123456789abcdef0",
        "0123456789ABCDEF0123456789ABCDEF",
        "0123456789abcdef0123456789abcdeg",
        " 123456789abcdef0123456789abcdef"
      })
  void refusesOtherTextsOfSaltsAndNonces(String text) {
    assertThatThrownBy(() -> new Salt(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32 lower-case");
    assertThatThrownBy(() -> new Nonce(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32 lower-case");
  }

  @Test
  void aTimestampIsCutToTheMillisecond() {
    Timestamp timestamp = new Timestamp(Instant.parse("2026-11-23T22:15:00.123999Z"));
    assertThat(timestamp).hasToString("2026-11-23T22:15:00.123Z");
    assertThat(Timestamp.parse(timestamp.toString())).isEqualTo(timestamp);
    assertThat(new Timestamp(Instant.EPOCH)).hasToString("1970-01-01T00:00:00.000Z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-11-23T22:15:00Z",
        "2026-11-23T22:15:00.12Z",
        "2026-11-23T22:15:00.1230Z",
        "2026-11-23T22:15:00.123+00:00",
        "2026-11-23t22:15:00.123z",
        "2026-11-23 22:15:00.123Z",
        "2026-02-30T22:15:00.123Z",
        "2026-11-23T24:00:00.000Z",
        "1969-12-31T23:59:59.999Z",
        "+10000-01-01T00:00:00.000Z",
        "2026-06-30T23:59:60.000Z"
      })
  void refusesOtherTextsOfTimestamps(String text) {
    assertThatThrownBy(() -> Timestamp.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("time stamp");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sha256:", "SHA256:00", "sha512:00", "sha256:zz"})
  void refusesOtherTextsOfDigests(String text) {
    assertThatThrownBy(() -> Digest.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDigestIsTakenOutOfARoomAndPutBack() {
    Digest digest = Digest.sha256("x");
    byte[] room = new byte[40];
    digest.copyTo(room, 7);
    assertThat(Digest.at(room, 7)).isEqualTo(digest);
    assertThat(Digest.at(room, 6)).isNotEqualTo(digest);
    room[7] ^= 1;
    assertThat(Digest.at(room, 7)).isNotEqualTo(digest);
    for (int from : new int[] {-1, 9, 40, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> Digest.at(room, from)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
