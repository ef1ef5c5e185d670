// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class JsonTest {
  @Test
  void writesMembersInTheOrderOfTheirCodeUnits() {
    Json value = Json.parse("{\"b\":[1,2.50,true,null],\"a\":\"\\u20ac\\u000f\\n\"}");
    assertThat(CanonicalJson.text(value))
        .isEqualTo("{\"a\":\"€\\u000f\\n\",\"b\":[1,2.5,true,null]}");
    assertThat(value.write()).startsWith("{\"b\"");
  }

  /** RFC 8785, appendix B. */
  @ParameterizedTest
  @CsvSource({
    "0000000000000000, 0",
    "8000000000000000, 0",
    "0000000000000001, 5e-324",
    "8000000000000001, -5e-324",
    "7fefffffffffffff, 1.7976931348623157e+308",
    "4340000000000000, 9007199254740992",
    "c340000000000000, -9007199254740992",
    "4430000000000000, 295147905179352830000",
    "44b52d02c7e14af5, 9.999999999999997e+22",
    "44b52d02c7e14af6, 1e+23",
    "444b1ae4d6e2ef4e, 999999999999999700000",
    "444b1ae4d6e2ef50, 1e+21",
    "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d, 0.000001",
    "41b3de4355555553, 333333333.3333332",
    "becbf647612f3696, -0.0000033333333333333333",
    "43143ff3c1cb0959, 1424953923781206.2",
  })
  void writesNumbersAsEcmaScriptDoes(String bits, String expected) {
    double value = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));
    assertThat(CanonicalJson.number(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\":1,\"a\":2}",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "NaN",
        "Infinity",
        "1e400",
        "\"\\ud800\"",
        "\"\\x\"",
        "\"\t\"",
        "tru",
        "1 2",
        "'a'",
        "{a:1}",
        "[1] //",
        "\uFEFF1",
        "\"\\u00g0\"",
        "-",
        "\"a"
      })
  void refusesEverythingThatIsNotStrictJson(String text) {
    assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(JsonException.class);
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    assertThatThrownBy(() -> Json.parse(new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'}))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void refusesNestingThatWouldExhaustTheStack() {
    assertThatThrownBy(() -> Json.parse("[".repeat(100_000)))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("nested");
  }

  @Test
  void tellsADuplicateNameFromOtherFaults() {
    assertThat(fault("{\"a\":1,\"b\":{\"c\":1,\"c\":1}}").duplicateName()).isTrue();
    assertThat(fault("{\"a\":1,\"\\u0061\":2}").duplicateName()).isTrue();
    assertThat(fault("{\"a\":1,\"b\":").duplicateName()).isFalse();
    assertThat(fault("{\"a\":1}{\"a\":1}").duplicateName()).isFalse();
  }

  private static JsonException fault(String text) {
    try {
      throw new AssertionError("read as " + Json.parse(text));
    } catch (JsonException e) {
      return e;
    }
  }
}
