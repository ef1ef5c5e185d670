// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class GrammarsTest {
  private static final Json.Obj SCHEMA = schema("{'a':{'type':'integer'},'b':{'type':'string'}}");
  private static final Tool TOOL = new Tool("f", "does", SCHEMA, false);

  private final Grammars grammars = new Grammars();

  private static Json.Obj schema(String properties) {
    return (Json.Obj)
        Json.parse(
            "{'type':'object','properties':PROPERTIES,'required':['a','b']}"
                .replace("PROPERTIES", properties)
                .replace('\'', '"'));
  }

  @Test
  void compilesTheSameSchemaOnce() {
    Json again = Json.parse(SCHEMA.write());
    assertThat(grammars.ofJsonSchema(SCHEMA)).isSameAs(grammars.ofJsonSchema(again));
    assertThat(grammars.ofJsonObject()).isSameAs(grammars.ofJsonObject());
    Tool otherWords = new Tool("f", "does something else", SCHEMA, false);
    assertThat(grammars.ofTools(ToolForm.HERMES, List.of(TOOL), true, false))
        .isSameAs(grammars.ofTools(ToolForm.HERMES, List.of(otherWords), true, false));
  }

  @Test
  void tellsApartWhateverChangesWhatIsAllowed() {
    Tool strict = new Tool("f", "does", SCHEMA, true);
    Tool named = new Tool("g", "does", SCHEMA, false);
    Json.Obj turned = schema("{'b':{'type':'string'},'a':{'type':'integer'}}");
    List<Grammar> all =
        List.of(
            grammars.ofJsonObject(),
            grammars.ofJsonSchema(SCHEMA),
            grammars.ofJsonSchema(turned),
            grammars.ofTools(ToolForm.HERMES, List.of(TOOL), true, true),
            grammars.ofTools(ToolForm.MISTRAL, List.of(TOOL), true, true),
            grammars.ofTools(ToolForm.HERMES, List.of(TOOL), false, true),
            grammars.ofTools(ToolForm.HERMES, List.of(TOOL), true, false),
            grammars.ofTools(ToolForm.HERMES, List.of(strict), true, true));
    assertThat(all).doesNotHaveDuplicates();
    assertThat(grammars.ofTools(ToolForm.HERMES, List.of(named), true, true)).isNotIn(all);
    TokenBytes vocabulary = Vocabularies.of(new Random(1), 300);
    assertThat(Vocabularies.generate(all.get(1), vocabulary, new Random(2), 5))
        .startsWith("{\"a\"");
    assertThat(Vocabularies.generate(all.get(2), vocabulary, new Random(2), 5))
        .startsWith("{\"b\"");
  }

  @Test
  void keepsNoMoreThanItMay() {
    Grammar first = grammars.ofJsonObject();
    for (int i = 1; i < Grammars.KEPT; i++) {
      grammars.ofJsonSchema(Json.object().put("const", i).build());
    }
    assertThat(grammars.ofJsonObject()).isSameAs(first);
    for (int i = 100; i < 100 + Grammars.KEPT; i++) {
      grammars.ofJsonSchema(Json.object().put("const", i).build());
    }
    assertThat(grammars.ofJsonObject()).isNotSameAs(first);
  }

  @Test
  void refusesABadSchemaEachTime() {
    Json bad = Json.object().put("not", Json.object().build()).build();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> grammars.ofJsonSchema(bad)).isInstanceOf(GrammarException.class);
    }
  }

  @Test
  void answersUnderOneGrammarKnowNothingOfEachOther() throws Exception {
    TokenBytes vocabulary = Vocabularies.of(new Random(3), 400);
    Grammar shared = grammars.ofTools(ToolForm.HERMES, List.of(TOOL), false, true);
    GrammarState start = shared.start(vocabulary);
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Callable<String>> tasks = new ArrayList<>();
      for (int seed = 0; seed < 40; seed++) {
        Random random = new Random(seed);
        tasks.add(() -> Vocabularies.generate(shared, vocabulary, random, 60));
      }
      List<Future<String>> together = threads.invokeAll(tasks);
      for (int seed = 0; seed < 40; seed++) {
        Grammar fresh = Grammar.ofTools(ToolForm.HERMES, List.of(TOOL), false, true);
        assertThat(together.get(seed).get())
            .isEqualTo(Vocabularies.generate(fresh, vocabulary, new Random(seed), 60));
      }
    }
    assertThat(start).isEqualTo(shared.start(vocabulary));
  }
}
