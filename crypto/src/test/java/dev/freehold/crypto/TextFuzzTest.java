// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Names, signatures and PEM texts: any text is read or refused, and what is read is written so. */
class TextFuzzTest {
  private static final long SEED = 20261129;
  private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
  private static final String ALPHABET = "123ABCabczZ0OIl:-_+/=\n \u0000\u00e9";

  @Test
  void namesNeverFailOtherwise() {
    mutate(
        KEY.nodeId().toString(),
        text -> NodeId.parse(text).ifPresent(id -> assertThat(id.toString()).isEqualTo(text)));
  }

  @Test
  void signaturesNeverFailOtherwise() {
    mutate(
        KEY.sign(new byte[3]).toString(),
        text -> {
          try {
            assertThat(Signature.parse(text).toString()).isEqualTo(text);
          } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
          }
        });
  }

  @Test
  void pemTextsNeverFailOtherwise() {
    String pem = new Pem("PUBLIC KEY", PublicKeyInfo.of(KEY.verifyingKey()).der()).toString();
    assertThat(Pem.parse(pem)).singleElement().hasToString(pem);
    mutate(
        pem,
        text -> {
          try {
            for (Pem block : Pem.parse(text)) {
              assertThat(Pem.parse(block.toString())).hasSize(1);
            }
          } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
          }
        });
  }

  private static void mutate(String good, Consumer<String> check) {
    Random random = new Random(SEED);
    check.accept(good);
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder(good);
      for (int times = 1 + random.nextInt(3); times > 0 && !text.isEmpty(); times--) {
        int at = random.nextInt(text.length());
        char other = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
        switch (random.nextInt(4)) {
          case 0 -> text.setCharAt(at, other);
          case 1 -> text.insert(at, other);
          case 2 -> text.deleteCharAt(at);
          default -> text.setLength(at);
        }
      }
      check.accept(text.toString());
    }
  }
}
