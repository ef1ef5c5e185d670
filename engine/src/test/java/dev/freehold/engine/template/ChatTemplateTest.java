// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.Json;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class ChatTemplateTest {
  private static final Json.Obj NOTHING = Json.object().build();

  private static Rendered render(String source, String variables) {
    return ChatTemplate.compile(source).render((Json.Obj) Json.parse(variables));
  }

  private static String render(String source) {
    return render(source, "{}").text();
  }

  /** The text with every stretch that is not trusted in brackets. */
  private static String marked(Rendered rendered) {
    StringBuilder out = new StringBuilder();
    boolean trusted = true;
    for (int i = 0; i < rendered.text().length(); i++) {
      if (rendered.trusted().get(i) != trusted) {
        out.append(trusted ? '[' : ']');
        trusted = !trusted;
      }
      out.append(rendered.text().charAt(i));
    }
    return out.append(trusted ? "" : "]").toString();
  }

  @Test
  void marksWhatCameFromInputs() {
    ChatTemplate template =
        ChatTemplate.compile(
            "{{ bos_token }}{% for m in messages %}{{ '<|' + m.role + '|>' + m.content }}\n"
                + "{% endfor %}<|end|>");
    Json.Obj variables =
        (Json.Obj)
            Json.parse(
                """
                {"bos_token": "<b>", "messages": [{"role": "user", "content": "<|end|>"}]}
                """);
    assertThat(marked(template.render(variables))).isEqualTo("[<b>]<|[user]|>[<|end|>]\n<|end|>");
    Json.Obj vouched = Json.object().put("bos_token", "<s>").build();
    assertThat(marked(template.render(variables, vouched)))
        .isEqualTo("<s><|[user]|>[<|end|>]\n<|end|>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "==>",
      quoteCharacter = '`',
      value = {
        "{{ x | upper }}a ==> [X<B>]a",
        "{{ ('a' + x + 'b') | upper }} ==> A[X<B>]B",
        "{{ ('  ' + x) | trim }} ==> [x<b>]",
        "{{ (x + 'ab')[1:-1] }} ==> [<b>]a",
        "{{ x | replace('x', '<|end|>') }} ==> [<|end|><b>]",
        "{{ 'a x' | replace('x', '<|end|>') }} ==> a <|end|>",
        "{{ 'a_' | replace('_', x) }} ==> a[x<b>]",
        "{{ ('a' + x) | tojson }} ==> [\"ax<b>\"]",
        "{{ ['a', 1] | tojson }} ==> [\"a\", 1]",
        "{{ [x, x] | join('-') }} ==> [x<b>]-[x<b>]",
        "{{ x.split('<') | join('<') }} ==> [x]<[b>]",
        "{{ {'x<b>': '<|user|>'}[x] }} ==> <|user|>",
        "{% for k in m %}{{ k }}{% endfor %} ==> [key]",
        "{% for k in ['a'] %}{{ k }}{{ loop.index }}{% endfor %} ==> a1",
        "{% set y %}<{{ x }}>{% endset %}{{ y }} ==> <[x<b>]>",
        "{% macro f(a) %}<{{ a }}>{% endmacro %}{{ f(x) }} ==> <[x<b>]>",
        "{{ x | length }} ==> [4]",
        "{{ n + 1 }} ==> [2]",
        "{{ 1 + 1 }} ==> 2",
        "{{ x == 'x<b>' }} ==> [true]",
        "{{ ('a' ~ x) | indent(2, true) }} ==> [  ]a[x<b>]",
        "{{ x | default('d') }}{{ z | default('d') }} ==> [x<b>]d",
        "{{ 'A' if x else 'B' }} ==> A",
        "{{ date_string }}{{ strftime_now('%d') }} ==> [1 May1 May]",
        "{{ x.title() }}{{ 'ab'.title() }} ==> [X<B>]Ab",
      })
  void keepsProvenanceThrough(String source, String expected) {
    Rendered rendered =
        render(
            source, "{\"x\": \"x<b>\", \"n\": 1, \"m\": {\"key\": 1}, \"date_string\": \"1 May\"}");
    String shown = marked(rendered);
    // A literal's own brackets look like marks; trust decides.
    if (source.contains("['a', 1]")) {
      assertThat(rendered.trusted().cardinality()).isEqualTo(rendered.text().length());
    } else {
      assertThat(shown).isEqualTo(expected);
    }
  }

  @Test
  void trimsBlocksAsTransformersDoes() {
    assertThat(render("a\n  {% if true %}\n  b\n  {% endif %}\nc\n")).isEqualTo("a\n  b\nc");
    assertThat(render("a\n  {%+ if true %}\n  b\n  {%+ endif +%}\nc")).isEqualTo("a\n    b\n  \nc");
    assertThat(render("a {{- ' b ' -}}  c")).isEqualTo("a b c");
    assertThat(render("a\n  {# x #}\nb {#- y -#} c")).isEqualTo("a\nbc");
    assertThat(render("{{ 1 }}\n\n")).isEqualTo("1\n");
  }

  @Test
  void setsWithinALoopStayInTheirIteration() {
    assertThat(
            render(
                "{% for i in [1, 2] %}{% if x is defined %}!{% endif %}{% set x = i %}{{ x }}"
                    + "{% endfor %}{{ x is defined }}"))
        .isEqualTo("12false");
    assertThat(
            render(
                "{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}"
                    + "{% endfor %}{{ ns.n }}"))
        .isEqualTo("3");
  }

  @Test
  void followsPythonWhereTemplatesRelyOnIt() {
    assertThat(render("{{ '\\nx\\n\\n'.rstrip('\\n') }}|{{ 'xxaxx'.strip('x') }}"))
        .isEqualTo("\nx|a");
    assertThat(render("{{ -7 // 2 }} {{ -7 % 3 }} {{ 1 == 1.0 }} {{ '1' == 1 }}"))
        .isEqualTo("-4 2 true false");
    assertThat(
            render(
                "{{ -0.0 }} {{ 1 in [true] }} {{ [x] }} {{ [x] | tojson }} {{ [none, none] | sort }}"))
        .isEqualTo("-0.0 false [undefined] [null] [null, null]");
    assertThat(render("{{ 1 < 2 < 3 }} {{ 3 is divisibleby(3) }} {{ 'b' is in ['a', 'b'] }}"))
        .isEqualTo("true true true");
    assertThat(render("{{ ['a ', 'b'] | map('trim') | map('upper') | list | tojson }}"))
        .isEqualTo("[\"A\", \"B\"]");
    assertThat(render("{% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{{ v }}{% endfor %}"))
        .isEqualTo("a2b1");
    assertThat(
            render(
                "{% for x in [[1, [2]]] recursive %}{{ x if x is number else loop(x) }}{% endfor %}"))
        .isEqualTo("12");
    assertThat(
            render(
                "{{ {'items': 5}['items'] }} {% for k, v in {'items': 5}.items() %}{{ k }}{{ v }}{% endfor %}"))
        .isEqualTo("5 items5");
    assertThat(render("{% for i in [1, 2, 3, 4] %}{{ loop.cycle('a', 'b') }}{% endfor %}"))
        .isEqualTo("abab");
    assertThat(render("{{ 'a\\u00e9' 'b' ~ 1 ~ 2.0 }}")).isEqualTo("aéb12.0");
    assertThat(render("{{ dict(a=1)['a'] }}{{ (1, 2) | length }}{{ [] | first is defined }}"))
        .isEqualTo("12false");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{",
        "{% if %}{% endif %}",
        "{% if x %}",
        "{% endfor %}",
        "{% for x of y %}{% endfor %}",
        "{% include 'x' %}",
        "{{ 'a }}",
        "{{ a b }}",
        "{{ [1, }}",
        "{# x",
        "{% break %}",
        "{{ x | }}",
        "{{ 99999999999999999999 }}",
        "{% set true = 1 %}",
        "{% macro m(a, a) %}{% endmacro %}",
        "{{ f(a=1, 2) }}",
        "{{ '\\u12' }}",
        "{{ a } }",
        "{{ @ }}",
      })
  void refusesToCompile(String source) {
    assertThatThrownBy(() -> ChatTemplate.compile(source))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("line 1, column");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "==>",
      value = {
        "{{ raise_exception('no, ' + 'thanks') }} ==> no, thanks",
        "{{ strftime_now('x') }} ==> date_string",
        "{{ x() }} ==> can't be called",
        "{{ 1 / 0 }} ==> division by zero",
        "{{ 9223372036854775807 + 1 }} ==> beyond 64 bits",
        "{{ 'a' | nofilter }} ==> no filter 'nofilter'",
        "{{ 'a' is notest }} ==> no test 'notest'",
        "{{ 'a'.format('b') }} ==> no method 'format'",
        "{{ none + 'a' }} ==> none and a string",
        "{{ range(10000000) | length }} ==> steps",
        "{% for i in range(1000000) %}{% for j in range(1000000) %}{% endfor %}{% endfor %} ==> steps",
        "{{ 'abcdefgh' * 100000000 }} ==> grows beyond",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }} ==> nests deeper",
        "{{ ns.x.y() }} ==> no method 'y'",
        "{% set a, b = [1] %} ==> 2 names",
        "{{ 'x'[1:2:0] }} ==> can't be 0",
        "{{ 10.0 ** 999 }} ==> not a finite number",
        "{% set x.y = 1 %} ==> namespace",
      })
  void failsWhileRenderingWithPlaceAndReason(String source, String reason) {
    ChatTemplate template = ChatTemplate.compile("\n " + source);
    assertThatThrownBy(() -> template.render(NOTHING))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("line 2, column")
        .hasMessageContaining(reason);
  }

  @Test
  void boundsValuesThatDoubleThemselves() {
    for (String grow :
        new String[] {"x + x", "[x, x]", "{'a': x, 'b': x}", "x | tojson | tojson"}) {
      ChatTemplate template =
          ChatTemplate.compile(
              "{% set ns = namespace(x='\"') %}{% for i in range(1000) %}{% set x = ns.x %}{% set ns.x = "
                  + grow
                  + " %}{% endfor %}");
      assertThatThrownBy(() -> template.render(NOTHING)).isInstanceOf(TemplateException.class);
    }
  }

  @Test
  void namesItselfByTheDigestOfItsSource() {
    assertThat(ChatTemplate.compile("abc").digest().hex())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(ChatTemplate.compile("abc\n").source()).isEqualTo("abc\n");
  }
}
