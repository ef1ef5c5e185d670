// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.Json;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class SamplingParametersTest {
  private static final String WRITTEN =
      "{\"temperature\":0.7,\"top_k\":40,\"top_p\":0.95,\"min_p\":0.05,\"repetition_penalty\":1.1,"
          + "\"presence_penalty\":-0.5,\"frequency_penalty\":0.25,\"logit_bias\":{\"7\":-100,"
          + "\"50\":1.5},\"seed\":-42}";

  @Test
  void isWrittenInShortestDecimalsAndReadBack() {
    SamplingParameters p =
        new SamplingParameters(
            0.7f, 40, 0.95f, 0.05f, 1.1f, -0.5f, 0.25f, Map.of(50, 1.5f, 7, -100f), -42);
    assertThat(p.toJson().write()).isEqualTo(WRITTEN);
    assertThat(SamplingParameters.fromJson((Json.Obj) Json.parse(WRITTEN))).isEqualTo(p);
  }

  @Test
  void comesBackAsItWasForRandomValues() {
    Random random = new Random(3);
    for (int i = 0; i < 2000; i++) {
      SamplingParameters p =
          new SamplingParameters(
              random.nextFloat() * 2,
              random.nextInt(100),
              random.nextFloat(),
              random.nextFloat(),
              0.1f + random.nextFloat(),
              random.nextFloat(),
              -random.nextFloat(),
              Map.of(random.nextInt(1 << 18), random.nextFloat() * 100),
              random.nextLong() >> 11);
      Json.Obj json = (Json.Obj) Json.parse(p.toJson().write());
      assertThat(SamplingParameters.fromJson(json)).isEqualTo(p);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"top_k\":40 | \"top_k\":-1",
        "\"top_k\":40 | \"top_k\":null",
        "\"top_k\":40 | \"top_k\":4e1",
        "0.7 | 0.70000000001",
        "0.7 | \"0.7\"",
        "\"seed\":-42 | \"seed\":9007199254740993",
        "\"seed\":-42 | \"seed\":-42,\"user\":1",
        "\"7\": | \"07\":",
        "\"7\": | \"-7\":",
        "\"min_p\":0.05, | ''",
      })
  void refusesEveryOtherFormOfItsRecord(String part, String replacement) {
    Json.Obj json =
        (Json.Obj) Json.parse(WRITTEN.replaceFirst(part, replacement.replace("''", "")));
    assertThatThrownBy(() -> SamplingParameters.fromJson(json))
        .isInstanceOf(ParameterException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"temperature\":3} | temperature | decimal_above_max_value | Invalid 'temperature':"
            + " decimal above maximum value. Expected a value <= 2, but got 3 instead.",
        "{\"top_p\":-0.5} | top_p | decimal_below_min_value | Invalid 'top_p': decimal below"
            + " minimum value. Expected a value >= 0, but got -0.5 instead.",
        "{\"temperature\":\"hot\"} | temperature | invalid_type | Invalid type for 'temperature':"
            + " expected a decimal, but got a string instead.",
        "{\"seed\":1.5} | seed | invalid_type | Invalid type for 'seed': expected an integer, but"
            + " got a decimal instead.",
        "{\"top_k\":-2} | top_k | integer_below_min_value | Invalid 'top_k': integer below minimum"
            + " value. Expected a value >= 0, but got -2 instead.",
        "{\"seed\":1e300} | seed | invalid_type | Invalid type for 'seed': expected an integer, but"
            + " got a decimal instead.",
        "{\"logit_bias\":{\"50\":101}} | logit_bias.50 | decimal_above_max_value | Invalid"
            + " 'logit_bias.50': decimal above maximum value. Expected a value <= 100, but got 101"
            + " instead.",
        "{\"logit_bias\":{\"hello\":1}} | logit_bias | invalid_value | Invalid key in 'logit_bias':"
            + " hello. You should only be submitting token ids.",
        "{\"logit_bias\":[]} | logit_bias | invalid_type | Invalid type for 'logit_bias': expected"
            + " an object, but got an array instead.",
      })
  void saysWhatIsWrongAsOpenAiDoes(String request, String parameter, String code, String message) {
    assertThatThrownBy(() -> SamplingParameters.fromRequest((Json.Obj) Json.parse(request), 1))
        .isInstanceOfSatisfying(
            ParameterException.class,
            e -> {
              assertThat(e).hasMessage(message);
              assertThat(e.parameter()).isEqualTo(parameter);
              assertThat(e.code()).isEqualTo(code);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"temperature\":null,\"seed\":null,\"logit_bias\":null,\"top_k\":-1}",
        "{\"model\":\"x\",\"top_p\":1.0,\"temperature\":1}",
      })
  void takesDefaultsWhereARequestIsSilent(String request) {
    assertThat(SamplingParameters.fromRequest((Json.Obj) Json.parse(request), 5))
        .isEqualTo(SamplingParameters.defaults(5));
  }

  @Test
  void readsARequestsMembers() {
    Json.Obj request = (Json.Obj) Json.parse(WRITTEN);
    assertThat(SamplingParameters.fromRequest(request.with("seed", Json.of(-7)), 5))
        .isEqualTo(SamplingParameters.fromJson(request).withSeed(-7));
  }
}
