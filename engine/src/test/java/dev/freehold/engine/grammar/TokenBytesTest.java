// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class TokenBytesTest {
  @Test
  void everyTokenStandsAtTheNodeOfItsBytes() {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      List<byte[]> texts = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        byte[] text = new byte[random.nextInt(9)];
        for (int b = 0; b < text.length; b++) {
          text[b] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(2));
        }
        texts.add(text);
      }
      TokenBytes vocabulary = new TokenBytes(400, texts::get, t -> t == 7, Set.of(9));
      boolean[] met = new boolean[400];
      byte[] path = new byte[16];
      for (int node = 0; node < vocabulary.label.length; node++) {
        int depth = vocabulary.depth[node];
        if (node > 0) {
          path[depth - 1] = vocabulary.label[node];
          assertThat(vocabulary.end[node]).isGreaterThan(node);
        }
        for (int i = vocabulary.firstToken[node]; i < vocabulary.firstToken[node + 1]; i++) {
          int token = vocabulary.tokens[i];
          assertThat(texts.get(token)).isEqualTo(Arrays.copyOf(path, depth));
          assertThat(met[token]).isFalse();
          met[token] = true;
        }
      }
      for (int token = 0; token < 400; token++) {
        boolean silent = token == 7 || token == 9 || texts.get(token).length == 0;
        assertThat(met[token]).isEqualTo(!silent);
        assertThat(vocabulary.bytes(token)).isEqualTo(silent ? new byte[0] : texts.get(token));
      }
      assertThat(vocabulary.isEnd(9)).isTrue();
      assertThat(vocabulary.isEnd(8)).isFalse();
    }
  }
}
