// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ForeignTextTest {
  @Test
  void lettersOfEveryScriptStay() {
    for (String text : new String[] {"", "plain text", "Grüße", "漢字", "🙂", "a\u00a0b"}) {
      assertThat(ForeignText.printable(text)).isEqualTo(text);
    }
  }

  @Test
  void whatSteersATerminalOrHidesTextIsSpeltOut() {
    assertThat(ForeignText.printable("\u001b[2J")).isEqualTo("\\u{1b}[2J");
    assertThat(ForeignText.printable("a\nb\tc\r")).isEqualTo("a\\u{a}b\\u{9}c\\u{d}");
    assertThat(ForeignText.printable("\u202egnp.exe")).isEqualTo("\\u{202e}gnp.exe");
    assertThat(ForeignText.printable("a\u200bb\u2028c\u2029"))
        .isEqualTo("a\\u{200b}b\\u{2028}c\\u{2029}");
    assertThat(ForeignText.printable("\u009b\u007f")).isEqualTo("\\u{9b}\\u{7f}");
    assertThat(ForeignText.printable("\ud83d")).isEqualTo("\\u{d83d}");
    assertThat(ForeignText.printable("\ue000\uffff")).isEqualTo("\\u{e000}\\u{ffff}");
  }
}
