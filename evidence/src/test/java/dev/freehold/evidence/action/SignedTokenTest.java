// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.TokenReading;
import dev.freehold.evidence.log.LateRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SignedTokenTest {
  private static final byte[] SEED = HexFormat.of().parseHex("5a".repeat(32));
  private static final SigningKey OTHER = SigningKey.ofSeed(SEED);

  /** The same tokens each time: clock, salts and key are. */
  private static List<SignedToken> tokens(SigningKey key, int count) {
    AgentRecorder recorder = Walks.recorder(key);
    List<SignedToken> tokens = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tokens.add(recorder.before(Walks.asked("q" + i, Decision.ALLOW, i)).token());
    }
    return tokens;
  }

  @Test
  void signedTogetherTheyAreWhatTheyAreSignedAlone() {
    SigningKey many = SigningKey.ofSeed(SEED);
    many.prepareMany();
    List<SignedToken> together = tokens(many, 21);
    together.getFirst().finish(together);
    List<SignedToken> alone = tokens(OTHER, 21);
    for (int i = 0; i < 21; i++) {
      assertThat(together.get(i).length()).isEqualTo(together.get(i).bytes().length);
      assertThat(together.get(i).bytes()).isEqualTo(alone.get(i).bytes());
      assertThat(together.get(i).digest()).isEqualTo(Walks.read(together.get(i)).digest());
      assertThat(together.get(i).body()).isEqualTo(Walks.read(together.get(i)).bodyDigest());
    }
  }

  @Test
  void eachKeySignsItsOwn() {
    List<LateRecord> mixed = new ArrayList<>();
    List<SignedToken> mine = tokens(Walks.KEY, 5);
    List<SignedToken> others = tokens(OTHER, 5);
    for (int i = 0; i < 5; i++) {
      mixed.add(mine.get(i));
      mixed.add(others.get(i));
    }
    mixed.forEach(record -> record.finish(mixed));
    for (int i = 0; i < 5; i++) {
      assertThat(Walks.read(mine.get(i)).verify(Walks.KEY.verifyingKey()))
          .isInstanceOf(TokenReading.Accepted.class);
      assertThat(Walks.read(others.get(i)).verify(OTHER.verifyingKey()))
          .isInstanceOf(TokenReading.Accepted.class);
      assertThat(Walks.read(others.get(i)).verify(Walks.KEY.verifyingKey()))
          .isInstanceOf(TokenReading.Refused.class);
    }
  }

  @Test
  void whoeverAsksFirstGetsTheWholeToken() throws Exception {
    SigningKey key = SigningKey.ofSeed(SEED);
    key.prepareMany();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int turn = 0; turn < 50; turn++) {
        List<SignedToken> tokens = tokens(key, 12);
        List<Future<List<byte[]>>> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          List<SignedToken> order = new ArrayList<>(tokens);
          if (i == 1) {
            Collections.reverse(order);
          }
          readers.add(threads.submit(() -> order.stream().map(SignedToken::bytes).toList()));
        }
        threads.submit(() -> tokens.getLast().finish(tokens)).get();
        for (Future<List<byte[]>> reader : readers) {
          for (byte[] bytes : reader.get()) {
            assertThat(Walks.read(bytes).verify(key.verifyingKey()))
                .isInstanceOf(TokenReading.Accepted.class);
          }
        }
      }
    }
  }
}
