// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Total and strict: any bytes give a value or a {@link JsonException}, and a value writes back. */
@NullMarked
class JsonFuzzTest {
  private static final String[] SEEDS = {
    "{\"a\":[1,2.5e-7,true,null,\"\\u20ac\\n\"],\"b\":{\"c\":\"\uD83D\uDE00\"},\"\":-0}",
    "[[[[{\"x\":{}}]]],\"\\\\\\\"\\/\",1e308,123456789012345678901234567890]",
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"n\":2}"
  };
  private static final String ALPHABET =
      "{}[]\",:\\u0123456789eE+-.truefalsn \t\n\uD83D\u00e9\u0000";

  @Test
  void neverFailsOtherwiseOnMutatedTexts() {
    long seed = 20261123;
    Random random = new Random(seed);
    int accepted = 0;
    for (int i = 0; i < 120_000; i++) {
      byte[] bytes = mutate(SEEDS[i % SEEDS.length], random);
      try {
        Json value = Json.parse(bytes);
        byte[] canonical = CanonicalJson.bytes(value);
        assertThat(CanonicalJson.bytes(Json.parse(canonical)))
            .as("seed %d, round %d", seed, i)
            .isEqualTo(canonical);
        assertThat(CanonicalJson.bytes(Json.parse(value.write()))).isEqualTo(canonical);
        accepted++;
      } catch (JsonException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
    assertThat(accepted).isGreaterThan(1000);
  }

  @Test
  void readsAMillionItemsInLinearTime() {
    String text = "[" + "0,".repeat(999_999) + "0]";
    assertThat(((Json.Arr) Json.parse(text)).items()).hasSize(1_000_000);
    assertThat(((Json.Num) Json.parse("1" + "0".repeat(300))).value()).isEqualTo(1e300);
    assertThat(((Json.Num) Json.parse("0." + "0".repeat(1_000_000) + "1")).value()).isZero();
  }

  private static byte[] mutate(String seed, Random random) {
    byte[] bytes = seed.getBytes(StandardCharsets.UTF_8);
    StringBuilder text = new StringBuilder(seed);
    int kind = random.nextInt(4);
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      int at = random.nextInt(text.length());
      switch (kind) {
        case 0 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        case 1 -> text.insert(at, ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        case 2 -> text.deleteCharAt(at);
        default -> text.replace(at, at, text.substring(at, Math.min(text.length(), at + 9)));
      }
    }
    return kind == 0 ? bytes : text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
