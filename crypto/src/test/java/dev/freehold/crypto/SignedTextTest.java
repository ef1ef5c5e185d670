// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Texts that carry their own signature. */
@NullMarked
class SignedTextTest {
  private static SignedText text(Random random, int front, int name, int back) {
    byte[] bytes = new byte[front + name + SignedText.DIGITS + 2 + back];
    random.nextBytes(bytes);
    int digits = front + name;
    return new SignedText(bytes, front, digits, digits + SignedText.DIGITS + 2);
  }

  @Test
  void eachGetsTheDigitsOfItsOwnSignatureAndNothingElse() {
    Random random = new Random(9);
    byte[] seed = new byte[32];
    random.nextBytes(seed);
    SigningKey one = SigningKey.ofSeed(seed);
    SigningKey many = SigningKey.ofSeed(seed);
    // Where there is no such processor both take the same way, and this still has to hold.
    many.prepareMany();
    for (SigningKey key : List.of(one, many)) {
      for (int count : new int[] {0, 1, 2, 3, 8, 9, 64, 65, 131}) {
        List<SignedText> texts = new ArrayList<>();
        List<byte[]> before = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          int front = random.nextInt(i % 20 == 3 ? 6000 : 1600);
          texts.add(text(random, front, random.nextInt(20), random.nextInt(200)));
          before.add(texts.getLast().bytes().clone());
        }
        key.signTexts(texts);
        for (int i = 0; i < count; i++) {
          SignedText text = texts.get(i);
          byte[] due = before.get(i);
          byte[] message = new byte[due.length - (text.to() - text.from())];
          System.arraycopy(due, 0, message, 0, text.from());
          System.arraycopy(due, text.to(), message, text.from(), due.length - text.to());
          assertThat(text.message()).isEqualTo(message);
          byte[] digits =
              HexFormat.of()
                  .formatHex(one.sign(message).bytes())
                  .getBytes(StandardCharsets.US_ASCII);
          System.arraycopy(digits, 0, due, text.digits(), digits.length);
          assertThat(text.bytes()).as("text %d of %d", i, count).isEqualTo(due);
        }
      }
    }
  }

  @Test
  void aTextThatWasSignedIsSignedTheSameAgain() {
    Random random = new Random(10);
    byte[] seed = new byte[32];
    SigningKey key = SigningKey.ofSeed(seed);
    key.prepareMany();
    List<SignedText> texts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      texts.add(text(random, 100 * i, 3, 9));
    }
    key.signTexts(texts);
    List<byte[]> signed = texts.stream().map(text -> text.bytes().clone()).toList();
    key.signTexts(texts);
    key.signTexts(texts.subList(0, 1));
    for (int i = 0; i < 5; i++) {
      assertThat(texts.get(i).bytes()).isEqualTo(signed.get(i));
    }
  }

  @Test
  void refusesPlacesOutOfOrder() {
    byte[] bytes = new byte[200];
    for (int[] places :
        new int[][] {
          {-1, 10, 150}, {20, 10, 150}, {10, 20, 147}, {10, 20, 201}, {10, 73, 200}, {150, 20, 10}
        }) {
      assertThatThrownBy(() -> new SignedText(bytes, places[0], places[1], places[2]))
          .as(Arrays.toString(places))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(new SignedText(bytes, 72, 72, 200).message()).hasSize(72);
  }
}
