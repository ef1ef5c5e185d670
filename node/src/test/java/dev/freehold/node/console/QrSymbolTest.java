// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.zxing.ChecksumException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.decoder.Decoder;
import dev.freehold.record.Json;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Another library reads what ours drew. */
class QrSymbolTest {
  private static List<Json> rows(String text) {
    return QrSymbol.rows(text).orElseThrow().items();
  }

  private static BitMatrix matrix(List<Json> rows) {
    BitMatrix matrix = new BitMatrix(rows.size());
    for (int y = 0; y < rows.size(); y++) {
      String row = ((Json.Str) rows.get(y)).value();
      assertThat(row).matches("[01]{" + rows.size() + "}");
      for (int x = 0; x < rows.size(); x++) {
        if (row.charAt(x) == '1') {
          matrix.set(x, y);
        }
      }
    }
    return matrix;
  }

  @Test
  void anInviteOfAnyLengthIsReadBack() throws Exception {
    Random random = new Random(20_261_129);
    String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int length : List.of(1, 17, 150, 320, 700, 1500, 2900)) {
      StringBuilder text = new StringBuilder("freehold-invite-");
      random.ints(length, 0, letters.length()).forEach(i -> text.append(letters.charAt(i)));
      assertThat(new Decoder().decode(matrix(rows(text.toString()))).getText())
          .isEqualTo(text.toString());
    }
  }

  @Test
  void aFewWrongSquaresAreMendedAndManyAreNoticed() throws Exception {
    String text = "freehold-invite-" + "Ab9_".repeat(60);
    BitMatrix few = matrix(rows(text));
    few.flip(20, 20);
    assertThat(new Decoder().decode(few).getText()).isEqualTo(text);
    BitMatrix many = matrix(rows(text));
    for (int x = 12; x < 40; x++) {
      for (int y = 12; y < 40; y++) {
        many.flip(x, y);
      }
    }
    assertThatThrownBy(() -> new Decoder().decode(many)).isInstanceOf(ChecksumException.class);
  }

  @Test
  void whatNoSymbolHoldsIsSaid() {
    assertThat(QrSymbol.rows("x".repeat(2954))).isEmpty();
    assertThat(QrSymbol.rows("x".repeat(2953))).isPresent();
  }
}
