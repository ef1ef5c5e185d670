// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.record.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Mutated templates end soon, and in nothing but a text or a TemplateException. */
@NullMarked
class ChatTemplateFuzzTest {
  private static final List<String> PIECES =
      List.of(
          "{{",
          "}}",
          "{%",
          "%}",
          "{#",
          "#}",
          "-",
          "+",
          "(",
          ")",
          "[",
          "]",
          "{",
          "}",
          ":",
          ",",
          ".",
          "|",
          "~",
          "*",
          "**",
          "//",
          "%",
          "==",
          " in ",
          " is ",
          " not ",
          " and ",
          " or ",
          " if ",
          " else ",
          "for x in messages",
          "endfor",
          "endif",
          "endmacro",
          "set x = ",
          "x",
          "x + x",
          "messages",
          "loop",
          "loop.index",
          "namespace()",
          "range(9)",
          "range(999999999)",
          "'a'",
          "\"",
          "'",
          "\\",
          "1",
          "-1",
          "9223372036854775807",
          "1.5",
          "none",
          "true",
          "tojson",
          "join",
          "split()",
          "replace('', 'ab')",
          "map('upper')",
          "sort",
          "x * 99",
          "[x, x]",
          "macro m()",
          "{{ m() }}",
          "{% set x = [x] %}",
          "recursive",
          "\n",
          " ",
          "é",
          "\uD83D");

  @Test
  void mutatedTemplatesNeitherHangNorBreak() throws IOException {
    long seed = 20261123;
    SplittableRandom random = new SplittableRandom(seed);
    List<String> sources = new ArrayList<>();
    for (String name :
        List.of("chatml", "header", "inst", "thinking", "turns", "macros", "controls")) {
      sources.add(ChatTemplateOracleTest.resource(name + ".jinja"));
    }
    Json.Obj cases = (Json.Obj) Json.parse(ChatTemplateOracleTest.resource("cases.json"));
    List<Json> variables = List.copyOf(cases.members().values());
    long end = System.nanoTime() + 2_000_000_000L;
    int rendered = 0;
    for (int i = 0; i < 20_000 && System.nanoTime() < end; i++) {
      String source = mutate(sources.get(random.nextInt(sources.size())), sources, random);
      Json.Obj given = (Json.Obj) variables.get(random.nextInt(variables.size()));
      long start = System.nanoTime();
      try {
        Rendered result = ChatTemplate.compile(source).render(given);
        assertThat(result.trusted().length()).isLessThanOrEqualTo(result.text().length());
        rendered++;
      } catch (TemplateException e) {
        assertThat(e.getMessage()).startsWith("chat template, line ");
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed + ", round " + i + ":\n" + source, e);
      }
      assertThat(System.nanoTime() - start)
          .as("round %d:\n%s", i, source)
          .isLessThan(10_000_000_000L);
    }
    assertThat(rendered).isPositive();
  }

  private static String mutate(String source, List<String> others, SplittableRandom random) {
    StringBuilder text = new StringBuilder(source);
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes && !text.isEmpty(); i++) {
      int at = random.nextInt(text.length());
      int to = Math.min(text.length(), at + random.nextInt(12));
      switch (random.nextInt(4)) {
        case 0 -> text.delete(at, to);
        case 1 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
        case 2 -> text.replace(at, to, PIECES.get(random.nextInt(PIECES.size())));
        default -> {
          String other = others.get(random.nextInt(others.size()));
          int from = random.nextInt(other.length());
          text.insert(at, other, from, Math.min(other.length(), from + random.nextInt(60)));
        }
      }
    }
    return text.toString();
  }
}
