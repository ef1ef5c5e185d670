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
        "MISTRAL_ARGS # [TOOL_CALLS]f[ARGS]{\"a\": \"</tool_call>\"}",
        "FENCED # ```tool_call\\n{\"name\": \"f\", \"arguments\": {\"a\": \"</tool_call>\"}}\\n```",
        "LLAMA # {\"name\": \"f\", \"parameters\": {\"a\": \"</tool_call>\"}}",
        "LLAMA # <|python_tag|>{\"name\": \"f\", \"parameters\": {\"a\": \"</tool_call>\"}}",
      })
  void readsACallInEveryForm(ToolForm form, String text) {
    ToolReader reader = read(form, text.replace("\\n", "\n"));
    assertThat(reader.spoken()).isZero();
    assertThat(reader.calls())
        .containsExactly(
            new ToolCall(
                "f",
                text.contains("\"a\":\"")
                    ? "{\"a\":\"</tool_call>\"}"
                    : "{\"a\": \"</tool_call>\"}",
                true));
  }

  private static ToolReader read(ToolForm form, String text) {
    ToolReader reader = new ToolReader(form);
    reader.push(text);
    return reader;
  }

  private static Json.Obj arguments(ToolCall call) {
    return (Json.Obj) Json.parse(call.arguments());
  }

  @ParameterizedTest
  @EnumSource(ToolForm.class)
  void requiredCallsAreReadBackWithArgumentsOfTheirSchema(ToolForm form) {
    TokenBytes vocabulary = Vocabularies.of(new Random(7), 400);
    Grammar grammar = Grammar.ofTools(form, TOOLS, true, true);
    int several = 0;
    for (int seed = 0; seed < 60; seed++) {
      String text = Vocabularies.generate(grammar, vocabulary, new Random(seed), 10 + seed);
      ToolReader reader = read(form, text);
      assertThat(reader.calls()).as(text).isNotEmpty();
      assertThat(reader.spoken()).isZero();
      several += reader.calls().size() > 1 ? 1 : 0;
      for (ToolCall call : reader.calls()) {
        assertThat(call.whole()).isTrue();
        Tool tool = call.name().equals("get_weather") ? WEATHER : CLOCK;
        assertThat(new Validator(tool.parameters()).valid(arguments(call))).as(text).isTrue();
        assertThat(tool.equals(WEATHER) || arguments(call).members().isEmpty()).isTrue();
      }
    }
    assertThat(several > 0).as("answers with several calls").isEqualTo(form != ToolForm.LLAMA);
  }

  @ParameterizedTest
  @EnumSource(ToolForm.class)
  void oneCallAloneWhereParallelCallsAreForbidden(ToolForm form) {
    TokenBytes vocabulary = Vocabularies.of(new Random(8), 400);
    Grammar grammar = Grammar.ofTools(form, List.of(CLOCK), true, false);
    for (int seed = 0; seed < 20; seed++) {
      String text = Vocabularies.generate(grammar, vocabulary, new Random(seed), 100);
      assertThat(read(form, text).calls()).extracting(ToolCall::name).containsExactly("get_time");
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
          case MISTRAL_ARGS -> "[TOOL_CALLS]get_weather[ARGS]{\"city\": \"Köln\"}";
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
    ToolReader reader = read(form, words + call);
    assertThat(reader.spoken()).isEqualTo(words.length());
    assertThat(reader.calls())
        .containsExactly(new ToolCall("get_weather", "{\"city\": \"Köln\"}", true));
    assertThat(read(form, "Only words.").calls()).isEmpty();
    assertThat(read(form, "Only words.").spoken()).isGreaterThanOrEqualTo(11);
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

  /** What a client has seen of a call is never taken back, and no piece changes what is read. */
  @ParameterizedTest
  @EnumSource(ToolForm.class)
  void readsTheSameHoweverTheTextIsCut(ToolForm form) {
    TokenBytes vocabulary = Vocabularies.of(new Random(10), 400);
    Grammar free = Grammar.ofTools(form, TOOLS, false, true);
    Grammar required = Grammar.ofTools(form, TOOLS, true, true);
    int calling = 0;
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      Grammar grammar = seed % 2 == 0 ? free : required;
      String text = Vocabularies.generate(grammar, vocabulary, random, 30);
      if (seed % 3 == 2 && !text.isEmpty()) {
        char[] changed = text.toCharArray();
        changed[random.nextInt(changed.length)] = (char) random.nextInt(128);
        text = new String(changed);
      }
      ToolReader pieces = new ToolReader(form);
      List<ToolCall> before = List.of();
      int spoken = 0;
      for (int i = 0; i < text.length(); i++) {
        pieces.push(text.substring(i, i + 1));
        List<ToolCall> now = pieces.calls();
        assertThat(now).hasSizeGreaterThanOrEqualTo(before.size());
        for (int c = 0; c < before.size(); c++) {
          assertThat(now.get(c).name()).isEqualTo(before.get(c).name());
          assertThat(now.get(c).arguments()).startsWith(before.get(c).arguments());
        }
        assertThat(pieces.spoken()).isGreaterThanOrEqualTo(spoken);
        assertThat(read(form, text.substring(0, i + 1)).calls()).isEqualTo(now);
        before = now;
        spoken = pieces.spoken();
      }
      calling += before.isEmpty() ? 0 : 1;
      assertThat(spoken).isEqualTo(read(form, text).spoken());
    }
    assertThat(calling).isGreaterThan(10);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "HERMES # <tool_call>\\n{\"name\": \"f\", \"arguments\": [1]}\\n</tool_call>",
        "HERMES # <tool_call>\\n{\"name\": \"no blanks\", \"arguments\": {}}\\n</tool_call>",
        "HERMES # <tool_call>\\n{\"arguments\": {}, \"name\": \"f\"}\\n</tool_call>",
        "HERMES # <tool_call>\\n{\"name\": \"f\", \"argu",
        "HERMES # <tool_cal {\"name\": \"f\", \"arguments\": {}}",
        "HERMES_LIST # <tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call>",
        "MISTRAL # [TOOL_CALLS]f[ARGS]{}",
        "MISTRAL_ARGS # [TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}}]",
        "MISTRAL_ARGS # [TOOL_CALLS]f{}",
        "LLAMA # So: {\"name\": \"f\", \"parameters\": {}}",
        "LLAMA # {\"name\": \"f\", \"arguments\": {}}",
        "FENCED # ```json\\n{\"name\": \"f\", \"arguments\": {}}\\n```",
      })
  void takesWhatIsNotOfTheFormAsContent(ToolForm form, String text) {
    assertThat(read(form, text.replace("\\n", "\n")).calls()).isEmpty();
  }

  @Test
  void aCallThatWasCutShortHasTheArgumentsThatThereAre() {
    String text = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": {\"b\": \"}\\\"";
    assertThat(read(ToolForm.HERMES, text).calls())
        .containsExactly(new ToolCall("f", "{\"a\": {\"b\": \"}\\\"", false));
    assertThat(read(ToolForm.HERMES, text + "}\"}}").calls())
        .containsExactly(new ToolCall("f", "{\"a\": {\"b\": \"}\\\"}\"}}", true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "HERMES # {%- if tools %}...<tool_call></tool_call>{{ tools }}",
        "HERMES_LIST # {% if tools %}<tool_call>[{}]</tool_call>",
        "MISTRAL # {{ tools }}[AVAILABLE_TOOLS][TOOL_CALLS]",
        "MISTRAL_ARGS # {{ tools }}[AVAILABLE_TOOLS][TOOL_CALLS]{{ call.name }}[ARGS]",
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
