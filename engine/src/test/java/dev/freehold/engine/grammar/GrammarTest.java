// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.Json;
import java.util.BitSet;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class GrammarTest {
  @Test
  void randomChoicesUnderRandomSchemasMakeTextsThatValidate() {
    int unsatisfiable = 0;
    TokenBytes vocabulary = Vocabularies.of(new Random(0), 400);
    for (int seed = 0; seed < 250; seed++) {
      Random random = new Random(seed);
      Json.Obj schema = new RandomSchemas(random).document();
      Grammar grammar;
      try {
        grammar = Grammar.ofJsonSchema(schema);
      } catch (GrammarException e) {
        // Two random schemas may contradict each other in allOf, or combine two patterns.
        assertThat(e)
            .hasMessageFindingMatch("No text can satisfy|can't be combined|refers to itself");
        unsatisfiable++;
        continue;
      }
      for (int i = 0; i < 3; i++) {
        String text = Vocabularies.generate(grammar, vocabulary, random, 5 + random.nextInt(60));
        boolean valid = new Validator(schema).valid(Json.parse(text));
        assertThat(valid).as("seed %s: %s under %s", seed, text, schema).isTrue();
      }
    }
    assertThat(unsatisfiable).isLessThan(60);
  }

  @Test
  void theMaskHoldsExactlyTheTokensThatCanBeTaken() {
    TokenBytes vocabulary = Vocabularies.of(new Random(1), 300);
    BitSet allowed = new BitSet();
    for (int seed = 1000; seed < 1080; seed++) {
      Random random = new Random(seed);
      Json.Obj schema = new RandomSchemas(random).document();
      Grammar grammar;
      try {
        grammar = seed % 4 == 0 ? Grammar.ofJsonObject() : Grammar.ofJsonSchema(schema);
      } catch (GrammarException e) {
        continue;
      }
      GrammarState state = grammar.start(vocabulary);
      for (int step = 0; step < 40; step++) {
        state.allowed(allowed);
        for (int token = 0; token < vocabulary.size(); token++) {
          assertThat(taken(state, token))
              .as("token %s, seed %s", token, seed)
              .isEqualTo(allowed.get(token));
        }
        int token =
            allowed.stream().skip(random.nextInt(allowed.cardinality())).findFirst().getAsInt();
        if (token == Vocabularies.END) {
          break;
        }
        state = state.advance(token);
      }
    }
  }

  @Test
  void theMaskKeepsEachStringsOwnCounts() {
    TokenBytes vocabulary = Vocabularies.of(new Random(4), 500);
    Json schema =
        Json.parse(
            """
            {"type": "object", "required": ["a", "b", "c"], "properties": {
             "a": {"type": "string", "maxLength": 3}, "b": {"type": "string", "minLength": 5},
             "c": {"type": "string", "minLength": 2, "maxLength": 2}, "d": {"type": "string", "maxLength": 0}}}
            """);
    Grammar grammar = Grammar.ofJsonSchema(schema);
    BitSet allowed = new BitSet();
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      GrammarState state = grammar.start(vocabulary);
      for (int step = 0; step < 60; step++) {
        state.allowed(allowed);
        for (int token = 0; token < vocabulary.size(); token++) {
          assertThat(taken(state, token))
              .as("token %s, seed %s", token, seed)
              .isEqualTo(allowed.get(token));
        }
        int token =
            allowed.stream().skip(random.nextInt(allowed.cardinality())).findFirst().getAsInt();
        if (token == Vocabularies.END) {
          break;
        }
        state = state.advance(token);
      }
    }
  }

  private static boolean taken(GrammarState state, int token) {
    Position position = (Position) state;
    TokenBytes vocabulary = position.masks().vocabulary();
    byte[] bytes = vocabulary.bytes(token);
    return bytes.length == 0
        ? vocabulary.isEnd(token) && position.mayEnd()
        : !position.masks().after(position.threads(), bytes).isEmpty();
  }

  @Test
  void anyJsonObjectIsAnObjectWithoutRepeatedNames() {
    TokenBytes vocabulary = Vocabularies.of(new Random(2), 400);
    Grammar grammar = Grammar.ofJsonObject();
    for (int seed = 0; seed < 300; seed++) {
      String text = Vocabularies.generate(grammar, vocabulary, new Random(seed), 100);
      assertThat(Json.parse(text)).isInstanceOf(Json.Obj.class);
    }
  }

  @Test
  void endsOnlyWhereTheTextIsComplete() {
    TokenBytes vocabulary = Vocabularies.of(new Random(3), 10);
    GrammarState state =
        Grammar.ofJsonSchema(Json.parse("{\"type\":\"integer\"}")).start(vocabulary);
    assertThat(state.mayEnd()).isFalse();
    state = state.advance(2 + '1');
    assertThat(state.mayEnd()).isTrue();
    BitSet allowed = new BitSet();
    state.allowed(allowed);
    assertThat(allowed.get(Vocabularies.END)).isTrue();
    assertThat(allowed.get(Vocabularies.CONTROL)).isFalse();
    GrammarState ended = state.advance(Vocabularies.END);
    ended.allowed(allowed);
    assertThat(allowed.isEmpty()).isTrue();
    assertThatThrownBy(() -> ended.advance(2 + '1')).isInstanceOf(IllegalArgumentException.class);
  }
}
