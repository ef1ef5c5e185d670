// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Statement;
import dev.freehold.market.offer.Speed;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MeasuredSpeedTest {
  private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
  private static final Digest ANY = Digest.sha256("any");

  private static Statement statement(Kind kind, int choices, int prompt, int output, long millis) {
    Instant received = Instant.parse("2026-11-29T10:00:00Z");
    return new Statement(
        kind,
        KEY.nodeId(),
        new Statement.Model(ANY, "tiny"),
        ANY,
        null,
        1,
        Json.object().build(),
        ANY,
        ANY,
        Collections.nCopies(choices, new Statement.Choice(prompt, output, ANY, ANY, Finish.STOP)),
        new Timestamp(received),
        new Timestamp(received.plusMillis(millis)),
        Nonce.random(new Random(1)));
  }

  private static Statement chat(int prompt, int output, long millis) {
    return statement(Kind.CHAT, 1, prompt, output, millis);
  }

  @Test
  void promptAndAnswerAreToldApartWhereTheReceiptsDiffer() {
    Random random = new Random(20261129);
    List<Statement> statements = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int prompt = 20 + random.nextInt(2_000);
      int output = 20 + random.nextInt(200);
      int noise = random.nextInt(21) - 10;
      statements.add(chat(prompt, output, prompt + 25L * output + noise));
    }
    Speed speed = MeasuredSpeed.of(statements).orElseThrow();
    assertThat(speed.prefill()).isBetween(950, 1_050);
    assertThat(speed.decode()).isBetween(39, 41);
  }

  @Test
  void whereTheyAreAlikeNoneIsFasterThanTheWholeTimeSays() {
    List<Statement> alike = Collections.nCopies(5, chat(100, 50, 1_000));
    assertThat(MeasuredSpeed.of(alike)).contains(new Speed(100, 50));
    assertThat(MeasuredSpeed.of(List.of(chat(10, 5, 500)))).contains(new Speed(20, 10));
    List<Statement> longerIsFaster =
        List.of(chat(1_000, 10, 100), chat(10, 10, 200), chat(500, 11, 150));
    assertThat(MeasuredSpeed.of(longerIsFaster)).contains(new Speed(3_356, 69));
  }

  @Test
  void whatSaysNothingOfSpeedIsPassedOver() {
    assertThat(MeasuredSpeed.of(List.of())).isEmpty();
    assertThat(
            MeasuredSpeed.of(
                List.of(
                    statement(Kind.EMBEDDING, 1, 10, 0, 100),
                    statement(Kind.CHAT, 2, 10, 5, 100),
                    chat(10, 1, 100),
                    chat(10, 5, 0))))
        .isEmpty();
  }
}
