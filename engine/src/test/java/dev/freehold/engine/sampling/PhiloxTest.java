// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
class PhiloxTest {
  /** The three lines for philox4x32 with 10 rounds of Random123's kat_vectors. */
  @ParameterizedTest
  @CsvSource({
    "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
    "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1",
  })
  void givesThePublishedAnswers(String counter, String key, String expected) {
    int[] c = words(counter);
    int[] k = words(key);
    assertThat(Philox.block(c[0], c[1], c[2], c[3], k[0], k[1])).containsExactly(words(expected));
  }

  @Test
  void drawsFromTheFirstTwoWordsUnderSeedPositionAndChoice() {
    int[] words = Philox.block(7, 3, 0, 0, 0x89abcdef, 0x01234567);
    assertThat(Philox.draw(0x0123456789abcdefL, 7, 3))
        .isEqualTo(((long) words[1] << 32) | (words[0] & 0xffffffffL));
  }

  @Test
  void givesEveryPositionChoiceAndSeedBitsOfItsOwn() {
    List<Long> draws = new ArrayList<>();
    for (int seed = -2; seed < 3; seed++) {
      for (int position = 0; position < 50; position++) {
        for (int choice = 0; choice < 4; choice++) {
          draws.add(Philox.draw(seed, position, choice));
        }
      }
    }
    assertThat(draws).doesNotHaveDuplicates();
  }

  private static int[] words(String text) {
    return List.of(text.split(" ")).stream()
        .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
        .toArray();
  }
}
