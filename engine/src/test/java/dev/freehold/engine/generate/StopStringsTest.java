// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class StopStringsTest {
  @Test
  void holdsBackWhatCouldStillBecomeAStopString() {
    StopStrings stops = new StopStrings(List.of("END", "</s>"));
    assertThat(stops.push("one E")).isEqualTo("one ");
    assertThat(stops.push("N")).isEmpty();
    assertThat(stops.push("x<")).isEqualTo("ENx");
    assertThat(stops.push("/s>tail")).isEmpty();
    assertThat(stops.found()).isTrue();
    assertThat(stops.push("more")).isEmpty();
    assertThat(stops.finish()).isEmpty();
  }

  @Test
  void givesWhatWasHeldBackWhereNoStopStringCame() {
    StopStrings stops = new StopStrings(List.of("END"));
    assertThat(stops.push("E")).isEmpty();
    assertThat(stops.finish()).isEqualTo("E");
    assertThat(stops.found()).isFalse();
  }

  @Test
  void firstOfSeveralThatOnePieceCompletesCounts() {
    StopStrings stops = new StopStrings(List.of("cd", "b"));
    assertThat(stops.push("abcd")).isEqualTo("a");
    assertThat(stops.found()).isTrue();
  }

  @Test
  void refusesAnEmptyStopString() {
    assertThatThrownBy(() -> new StopStrings(List.of(""))).hasMessageContaining("empty");
  }

  @Test
  void findsInPiecesWhatIsInTheWhole() {
    Random random = new Random(4);
    for (int i = 0; i < 5000; i++) {
      StringBuilder text = new StringBuilder();
      random.ints(30, 'a', 'd').forEach(c -> text.append((char) c));
      String stop = "abcabc".substring(random.nextInt(3), 3 + random.nextInt(4));
      StopStrings stops = new StopStrings(List.of(stop));
      StringBuilder out = new StringBuilder();
      for (int at = 0; at < text.length(); ) {
        int to = Math.min(text.length(), at + 1 + random.nextInt(4));
        out.append(stops.push(text.substring(at, to)));
        at = to;
      }
      out.append(stops.finish());
      int expected = text.indexOf(stop);
      assertThat(out.toString())
          .isEqualTo(expected < 0 ? text.toString() : text.substring(0, expected));
      assertThat(stops.found()).isEqualTo(expected >= 0);
    }
  }
}
