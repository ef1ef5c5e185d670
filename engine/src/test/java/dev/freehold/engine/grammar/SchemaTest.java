// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
class SchemaTest {
  private static boolean accepts(String schema, String text) {
    Rules rules = new Rules();
    int start = new SchemaCompiler(rules, Json.parse(schema), "#", false).compile();
    return Automaton.of(rules, start).accepts(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '\0',
      value = {
        "{'type':'integer','minimum':-5,'maximum':120} # -5 # -6",
        "{'type':'integer','minimum':-5,'maximum':120} # 120 # 121",
        "{'type':'integer','exclusiveMinimum':9,'exclusiveMaximum':11} # 10 # 11",
        "{'type':'integer','multipleOf':12,'minimum':13} # 144 # 12",
        "{'type':'integer'} # -999999999999999 # -0",
        "{'type':'integer'} # 0 # 00",
        "{'type':'number','minimum':0.5,'maximum':2} # 1.25 # 2.01",
        "{'type':'number','exclusiveMinimum':0} # 0.001 # 0",
        "{'type':'number','multipleOf':0.01} # 3.14 # 3.141",
        "{'type':'number'} # -1.5e-10 # 1e100",
        "{'type':['string','null']} # null # true",
        "{'enum':['a','b',3]} # \"b\" # \"c\"",
        "{'const':{'a':[1,2]}} # {\"a\":[1,2]} # {\"a\":[1]}",
        "{'type':'string','enum':['a',5]} # \"a\" # 5",
        "{'enum':['abc','d'],'minLength':2} # \"abc\" # \"d\"",
        "{'type':'string','minLength':2,'maxLength':3} # \"é\\n\" # \"é\"",
        "{'type':'string','minLength':2,'maxLength':3} # \"\\ud83d\\ude00b\" # \"\\ud83d\\ude00\"",
        "{'type':'string','format':'date'} # \"2024-02-29\" # \"2023-02-29\"",
        "{'type':'string','format':'uuid'} # \"123e4567-e89b-12d3-a456-426614174000\" # \"123e4567\"",
        "{'type':'string','pattern':'^a+$','maxLength':2} # \"aa\" # \"aaa\"",
        "{'properties':{'a':{},'b':{}},'required':['b']} # {\"b\":1} # {\"a\":1}",
        "{'properties':{'a':{},'b':{}}} # {\"a\": 1, \"b\": 2} # {\"b\":1,\"a\":2}",
        "{'properties':{'a':{}}} # {} # {\"c\":1}",
        "{'properties':{'a':{}},'additionalProperties':{'type':'null'}} # {\"c\":null} # {\"c\":1}",
        "{'properties':{'a':{}},'additionalProperties':true} # {\"c\":1} # {\"c\":1,\"c\":2}",
        "{'properties':{'a':{'type':'null'}},'additionalProperties':true} # {\"a\":null} # {\"a\":1}",
        "{'type':'object'} # {\"x\":[{\"y\":2}]} # []",
        "{'type':'object','properties':{}} # {} # {\"x\":1}",
        "{'type':'array','items':{'type':'null'},'minItems':1,'maxItems':2} # [null] # []",
        "{'type':'array','prefixItems':[{'type':'null'}],'items':false} # [null] # [null,1]",
        "{'items':[{'type':'null'}],'additionalItems':{'const':1}} # [null,1] # [1]",
        "{'anyOf':[{'type':'null'},{'const':1}],'description':'x'} # 1 # 2",
        "{'anyOf':[{'required':['a']},{'required':['b']}],'properties':{'a':{},'b':{}}} # {\"b\":0} # {}",
        "{'allOf':[{'minimum':3},{'type':'integer','maximum':4}]} # 4 # 5",
        "{'allOf':[{'properties':{'a':{}},'required':['a']},{'properties':{'b':{}}}]} # {\"a\":1,\"b\":1} # {\"b\":1}",
        "{'$ref':'@/$defs/x','$defs':{'x':{'const':1}}} # 1 # 2",
        "{'$ref':'@/definitions/a~1b','definitions':{'a/b':{'const':1}}} # 1 # 2",
        "{'properties':{'n':{'$ref':'@'}}} # {\"n\":{\"n\":{}}} # {\"n\":1}",
        "true # [1, {\"a\": 2}] # [1 ,2]",
        "{'type':'array'} # [1, 2] # [1,  2]",
        "{'properties':{'a\"b':{}}} # {\"a\\\"b\":1} # {\"a\":1}",
      })
  void takesTheOneAndNotTheOther(String schema, String good, String bad) {
    String json = schema.replace('\'', '"').replace('@', '#').replace("a\"b", "a\\\"b");
    assertThat(accepts(json, good)).as(good).isTrue();
    assertThat(accepts(json, bad)).as(bad).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '\0',
      value = {
        "{'not':{}} # 'not' at @ can't be enforced",
        "{'properties':{'a':{'if':{}}}} # 'if' at @/properties/a",
        "{'items':{'uniqueItems':true}} # 'uniqueItems' at @/items",
        "{'patternProperties':{}} # 'patternProperties' at @",
        "{'type':'object','minProperties':2} # 'minProperties' at @",
        "{'type':'thing'} # 'type' at @ names no JSON type",
        "{'$ref':'other.json'} # only references into this schema",
        "{'$ref':'@/$defs/x'} # which this schema doesn't hold",
        "{'$ref':'@'} # refers to itself",
        "{'anyOf':[{'$ref':'@'},{'type':'null'}]} # refers to itself",
        "{'properties':{'a':{'$ref':'@'}},'required':['a']} # No text can satisfy",
        "false # No text can satisfy",
        "{'type':'integer','minimum':5,'maximum':4} # No text can satisfy",
        "{'type':'string','pattern':'(?=a)'} # pattern at @/pattern",
        "{'type':'array','maxItems':20000} # 'maxItems' at @ is above",
        "{'type':'string','minLength':-1} # 'minLength' at @ is not a count",
        "{'properties':[]} # 'properties' at @ is not an object",
        "{'anyOf':{}} # 'anyOf' at @ is not an array",
        "{'type':'number','multipleOf':0.3} # 'multipleOf' at @",
        "{'properties':{'a':3}} # at @/properties/a is neither an object nor a boolean",
        "[] # at @ is neither an object nor a boolean",
      })
  void refusesNamingKeywordAndPlace(String schema, String message) {
    Json json = Json.parse(schema.replace('\'', '"').replace('@', '#'));
    assertThatThrownBy(() -> Grammar.ofJsonSchema(json))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining(message.replace('@', '#'));
  }

  @Test
  void endsOnEveryRandomlyChangedSchema() {
    String[] words = {
      "\"type\"",
      "\"object\"",
      "\"items\"",
      "\"$ref\"",
      "\"#\"",
      "\"#/$defs/d0\"",
      "\"anyOf\"",
      "\"allOf\"",
      "[]",
      "{}",
      "true",
      "false",
      "null",
      "-1",
      "0.5",
      "1e9",
      "\"pattern\"",
      "\"^(a|b)*$\"",
      "\"enum\"",
      "\"const\"",
      "\"minimum\""
    };
    int compiled = 0;
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      String text = new RandomSchemas(random).document().write();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        java.util.regex.Matcher token =
            java.util.regex.Pattern.compile("\"[^\"\\\\]*\"|-?\\d+|true|false|null").matcher(text);
        int skip = random.nextInt(Math.max(1, text.length() / 8));
        int at = 0;
        while (token.find(at) && skip-- > 0) {
          at = token.end();
        }
        if (token.find(at)) {
          text =
              text.substring(0, token.start())
                  + words[random.nextInt(words.length)]
                  + text.substring(token.end());
        }
      }
      try {
        Grammar.ofJsonSchema(Json.parse(text));
        compiled++;
      } catch (GrammarException | JsonException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
    assertThat(compiled).isGreaterThan(50);
  }

  @Test
  void refusesSchemasThatAreTooLarge() {
    StringBuilder many = new StringBuilder("{\"enum\":[0");
    for (int i = 1; i < 25_000; i++) {
      many.append(',').append(i);
    }
    Json schema = Json.parse(many.append("]}").toString());
    assertThatThrownBy(() -> Grammar.ofJsonSchema(schema)).isInstanceOf(GrammarException.class);
    String nested =
        "{\"type\":\"array\",\"minItems\":999,\"maxItems\":999,\"items\":".repeat(3)
            + "{}"
            + "}".repeat(3);
    Grammar.ofJsonSchema(Json.parse(nested));
  }

  @Test
  void keepsWithinTheBytesThatAVocabularyHas() {
    BitSet bytes = new BitSet();
    bytes.set(0x20, 0x7f);
    TokenBytes ascii = Vocabularies.ofBytes(bytes);
    Grammar strings = Grammar.ofJsonSchema(Json.parse("{\"type\":\"string\",\"minLength\":3}"));
    for (int seed = 0; seed < 20; seed++) {
      Json.parse(Vocabularies.generate(strings, ascii, new Random(seed), 20));
    }
    Grammar either = Grammar.ofJsonSchema(Json.parse("{\"enum\":[\"aé\",\"ab\"]}"));
    assertThat(Vocabularies.generate(either, ascii, new Random(1), 20)).isEqualTo("\"ab\"");
    Grammar umlaut = Grammar.ofJsonSchema(Json.parse("{\"const\":\"é\"}"));
    assertThatThrownBy(() -> umlaut.start(ascii))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("vocabulary");
  }

  @Test
  void nestsNoDeeperThanItsLimitAndStillEnds() {
    TokenBytes vocabulary = Vocabularies.of(new Random(3), 0);
    GrammarState state = Grammar.ofJsonSchema(Json.parse("{\"type\":\"array\"}")).start(vocabulary);
    BitSet allowed = new BitSet();
    int depth = 0;
    state.allowed(allowed);
    while (allowed.get(2 + '[')) {
      state = state.advance(2 + '[');
      state.allowed(allowed);
      depth++;
    }
    assertThat(depth).isBetween(50, 65);
    for (; depth > 0; depth--) {
      state = state.advance(2 + ']');
    }
    assertThat(state.mayEnd()).isTrue();
  }

  @Test
  void requiredMembersWithoutASchemaAreThere() {
    assertThat(accepts("{\"required\":[\"a\"]}", "{\"a\":1}")).isTrue();
    assertThat(accepts("{\"required\":[\"a\"]}", "{}")).isFalse();
    assertThat(List.of(accepts("{}", "1"), accepts("{}", "\"x\""))).containsOnly(true);
  }
}
