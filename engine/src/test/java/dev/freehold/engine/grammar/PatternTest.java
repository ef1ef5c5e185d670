// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class PatternTest {
  private static Dfa compile(String pattern) {
    return Dfa.of(
        Expression.sequence(JsonText.QUOTE, Pattern.parse(pattern, "here"), JsonText.QUOTE),
        SchemaCompiler.MAX_PATTERN_STATES);
  }

  private static boolean matches(Dfa dfa, String text) {
    return dfa.accepts(Json.of(text).write().getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^[a-c]+$",
        "b",
        "^a|c$",
        "^(?:ab?c|[^ab])*$",
        "a{2,3}",
        "^a{2}$",
        "^.b$",
        "\\d",
        "^\\D*$",
        "^\\w+$",
        "\\W",
        "^\\s",
        "^\\S+$",
        "^[\\d\\-x]$",
        "^[^\\n\"]*$",
        "^(a|b)*c?$",
        "^$",
        "",
        "^a*?b",
        "^\\u00e9$",
        "^\\u{1F600}$",
        "^\\x41",
        "^[]$",
        "^[^]$",
        "\\\\",
        "^\"$",
        "^\\uD83D\\uDE00$",
        "^[é-ü]+$"
      })
  void matchesWhatJavasRegularExpressionsMatch(String pattern) {
    // In ECMA-262 [] matches nothing and [^] anything; a dot leaves out only four characters.
    java.util.regex.Pattern oracle =
        java.util.regex.Pattern.compile(
            pattern
                .replace("[^]", "[\\s\\S]")
                .replace("[]", "[a&&b]")
                .replace("$", "\\z")
                .replaceAll("\\\\u\\{([0-9A-F]+)\\}", "\\\\x{$1}"));
    Dfa dfa = compile(pattern);
    Random random = new Random(pattern.hashCode());
    String alphabet = "aaabbccxA1- \n\"\\éü";
    for (int i = 0; i < 800; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(6); length > 0; length--) {
        text.append(
            random.nextInt(12) == 0
                ? "😀"
                : String.valueOf(alphabet.charAt(random.nextInt(alphabet.length()))));
      }
      assertThat(matches(dfa, text.toString()))
          .as(Json.of(text.toString()).write())
          .isEqualTo(oracle.matcher(text).find());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        ")",
        "[a",
        "a{2",
        "a{3,2}",
        "*",
        "a**",
        "(?=a)",
        "(?<n>a)",
        "\\1",
        "\\b",
        "\\p{L}",
        "a$b",
        "(^a)",
        "a{1001}",
        "[b-a]",
        "[\\d-z]",
        "\\",
        "\\u12",
        "\\u{110000}",
        "\\uD83Da",
        "\\q",
        "]",
        "}"
      })
  void refusesWhatItDoesNotUnderstand(String pattern) {
    assertThatThrownBy(() -> compile(pattern))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("here");
  }

  @Test
  void refusesPatternsThatNeedTooManyStates() {
    assertThatThrownBy(() -> compile("^(?:a|b)*a(?:a|b){40}$"))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("states");
    assertThatThrownBy(() -> compile("((((a{900}){900}){900}){900})"))
        .isInstanceOf(GrammarException.class);
  }

  @Test
  void endsOnEveryRandomPattern() {
    String pieces = "ab.^$|()[]{}*+?\\dwsu-,0129é😀\"";
    int understood = 0;
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      StringBuilder pattern = new StringBuilder();
      for (int length = random.nextInt(14); length > 0; length--) {
        int at = random.nextInt(pieces.length());
        pattern.append(pieces.charAt(at));
      }
      try {
        compile(pattern.toString());
        understood++;
      } catch (GrammarException e) {
        assertThat(e).hasMessageFindingMatch("pattern|states");
      }
    }
    assertThat(understood).isGreaterThan(25);
  }
}
