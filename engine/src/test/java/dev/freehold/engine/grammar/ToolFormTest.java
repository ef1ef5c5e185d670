// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.Json;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@NullMarked
class ToolFormTest {
  private static final Tool WEATHER =
      new Tool(
          "get_weather",
          "The weather of a city",
          (Json.Obj)
              Json.parse(
                  "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"},\"days\":{\"type\":"
                      + "\"integer\",\"minimum\":1,\"maximum\":14}},\"required\":[\"city\"],"
                      + "\"additionalProperties\":false}"),
          true);
  private static final Tool CLOCK =
      new Tool(
          "get_time", "", (Json.Obj) Json.parse("{\"type\":\"object\",\"properties\":{}}"), false);
  private static final List<Tool> TOOLS = List.of(WEATHER, CLOCK);

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "HERMES # <tool_call>\\n{\"name\": \"f\", \"arguments\": {\"a\": \"</tool_call>\"}}\\n</tool_call>",
        "GENERIC # <tool_call>{\"name\":\"f\",\"arguments\":{\"a\":\"</tool_call>\"}}</tool_call>",
        "HERMES_LIST # <tool_call>[{\"name\": \"f\", \"arguments\": {\"a\": \"</tool_call>\"}}]</tool_call>",
        "MISTRAL # [TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"a\": \"</tool_call>\"}}]",
        "FENCED # ```tool_call\\n{\"name\": \"f\", \"arguments\": {\"a\": \"</tool_call>\"}}\\n```",
        "LLAMA # {\"name\": \"f\", \"parameters\": {\"a\": \"</tool_call>\"}}",
        "LLAMA # <|python_tag|>{\"name\": \"f\", \"parameters\": {\"a\": \"</tool_call>\"}}",
      })
  void readsACallInEveryForm(ToolForm form, String text) {
    ToolForm.Reading reading = form.read(text.replace("\\n", "\n"));
    assertThat(reading.content()).isEmpty();
    assertThat(reading.calls())
        .containsExactly(new ToolCall("f", Json.object().put("a", "</tool_call>").build()));
  }

  @ParameterizedTest
  @EnumSource(ToolForm.class)
  void requiredCallsAreReadBackWithArgumentsOfTheirSchema(ToolForm form) {
    TokenBytes vocabulary = Vocabularies.of(new Random(7), 400);
    Grammar grammar = Grammar.ofTools(form, TOOLS, true, true);
    int several = 0;
    for (int seed = 0; seed < 60; seed++) {
      String text = Vocabularies.generate(grammar, vocabulary, new Random(seed), 10 + seed);
      ToolForm.Reading reading = form.read(text);
      assertThat(reading.calls()).as(text).isNotEmpty();
      assertThat(reading.content()).isEmpty();
      several += reading.calls().size() > 1 ? 1 : 0;
      for (ToolCall call : reading.calls()) {
        Tool tool = call.name().equals("get_weather") ? WEATHER : CLOCK;
        assertThat(new Validator(tool.parameters()).valid(call.arguments())).as(text).isTrue();
        assertThat(tool.equals(WEATHER) || call.arguments().members().isEmpty()).isTrue();
      }
    }
    assertThat(several).as("answers with several calls").isGreaterThan(0);
  }

  @ParameterizedTest
  @EnumSource(ToolForm.class)
  void oneCallAloneWhereParallelCallsAreForbidden(ToolForm form) {
    TokenBytes vocabulary = Vocabularies.of(new Random(8), 400);
    Grammar grammar = Grammar.ofTools(form, List.of(CLOCK), true, false);
    for (int seed = 0; seed < 20; seed++) {
      String text = Vocabularies.generate(grammar, vocabulary, new Random(seed), 100);
      assertThat(form.read(text).calls()).hasSize(1);
      assertThat(form.read(text).calls().getFirst().name()).isEqualTo("get_time");
    }
  }

  @ParameterizedTest
  @EnumSource(ToolForm.class)
  void freeTextIsAllowedUntilTheOpeningMark(ToolForm form) {
    TokenBytes vocabulary = Vocabularies.of(new Random(9), 400);
    Grammar grammar = Grammar.ofTools(form, TOOLS, false, true);
    String words = form == ToolForm.LLAMA ? "" : "Hä? Let me look <tool {\"x\"} ``` [TOOL ";
    String call =
        switch (form) {
          case HERMES, GENERIC ->
              "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Köln\"}}\n</tool_call>";
          case HERMES_LIST ->
              "<tool_call>[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Köln\"}}]</tool_call>";
          case MISTRAL ->
              "[TOOL_CALLS][{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Köln\"}}]";
          case FENCED ->
              "```tool_call\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Köln\"}}\n```";
          case LLAMA -> "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Köln\"}}";
        };
    assertThat(accepts(grammar, vocabulary, words + call)).isTrue();
    assertThat(accepts(grammar, vocabulary, "Only words, <b>bold</b> ones. `x` [1] {2}")).isTrue();
    assertThat(accepts(grammar, vocabulary, words + call.replace("city", "town"))).isFalse();
    assertThat(accepts(grammar, vocabulary, words + call.replace("get_weather", "rm"))).isFalse();
    assertThat(accepts(grammar, vocabulary, words + call + " and more")).isFalse();
    assertThat(accepts(grammar, vocabulary, words + call.substring(0, call.length() - 1)))
        .isFalse();
    ToolForm.Reading reading = form.read(words + call);
    assertThat(reading.content()).isEqualTo(words.strip());
    assertThat(reading.calls()).hasSize(1);
    assertThat(form.read("Only words.").content()).isEqualTo("Only words.");
  }

  private static boolean accepts(Grammar grammar, TokenBytes vocabulary, String text) {
    GrammarState state = grammar.start(vocabulary);
    try {
      for (byte b : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
        state = state.advance(2 + (b & 0xff));
      }
    } catch (IllegalArgumentException e) {
      return false;
    }
    return state.mayEnd();
  }

  @ParameterizedTest
  @EnumSource(ToolForm.class)
  void takesWhatIsNotOfTheFormAsContent(ToolForm form) {
    TokenBytes vocabulary = Vocabularies.of(new Random(10), 400);
    Grammar grammar = Grammar.ofTools(form, TOOLS, true, true);
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      String text = Vocabularies.generate(grammar, vocabulary, random, 30);
      String cut = text.substring(0, random.nextInt(text.length()));
      // A cut after the last whole call of several leaves whole calls.
      if (form.read(cut).calls().isEmpty()) {
        assertThat(form.read(cut).content()).isEqualTo(cut);
      }
      char[] changed = text.toCharArray();
      changed[random.nextInt(changed.length)] = (char) random.nextInt(128);
      form.read(new String(changed));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "HERMES # {%- if tools %}...<tool_call></tool_call>{{ tools }}",
        "HERMES_LIST # {% if tools %}<tool_call>[{}]</tool_call>",
        "MISTRAL # {{ tools }}[AVAILABLE_TOOLS][TOOL_CALLS]",
        "LLAMA # {% if tools %}Respond in the format {\"name\": function name, \"parameters\": dictionary}",
        "LLAMA # {% if custom_tools %}{{ '<|python_tag|>' }}",
        "FENCED # {% if tools %}```tool_call",
        "GENERIC # {% for message in messages %}<|im_start|>",
        "GENERIC # <tool_call>",
      })
  void findsTheFormInATemplate(ToolForm form, String template) {
    assertThat(ToolForm.detect(template)).isEqualTo(form);
  }

  @Test
  void ignoresWhatCannotBeEnforcedUnlessAToolIsStrict() {
    Json.Obj parameters =
        (Json.Obj)
            Json.parse(
                "{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"string\",\"pattern\":\"(?=a)b\","
                    + "\"not\":{\"const\":\"c\"}}},\"patternProperties\":{},\"required\":[\"x\"]}");
    Grammar.ofTools(ToolForm.HERMES, List.of(new Tool("f", "", parameters, false)), true, true);
    assertThatThrownBy(
            () ->
                Grammar.ofTools(
                    ToolForm.HERMES, List.of(new Tool("f", "", parameters, true)), true, true))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("patternProperties")
        .hasMessageContaining("'f'");
    assertThatThrownBy(() -> new Tool("no blanks", "", parameters, true))
        .isInstanceOf(GrammarException.class);
    assertThatThrownBy(() -> Grammar.ofTools(ToolForm.HERMES, List.of(), true, true))
        .isInstanceOf(GrammarException.class);
  }

  @Test
  void describesTheToolsWhereTheTemplateDoesNot() {
    assertThat(ToolForm.GENERIC.instructions(TOOLS))
        .contains("\"name\":\"get_weather\"", "\"days\"", "<tool_call>");
  }
}
