// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
class RequestTest {
  private static final String MESSAGES = "'messages':[{'role':'user','content':'Hi'}]";
  private static final String TOOL =
      "{'type':'function','function':{'name':'add','parameters':{'type':'object'}}}";

  /** JSON with single quotes, for reading's sake. */
  private static Json json(String text) {
    return Json.parse(text.replace('\'', '"'));
  }

  private static ChatRequest chat(String members) {
    String rest = members.isEmpty() ? "" : "," + members;
    return (ChatRequest) Request.parse(Request.CHAT, json("{'model':'m'," + MESSAGES + rest + "}"));
  }

  private static CompletionRequest completion(String members) {
    return (CompletionRequest)
        Request.parse(Request.COMPLETIONS, json("{'model':'m'," + members + "}"));
  }

  @Test
  void smallestRequestHasOpenAisDefaults() {
    ChatRequest request = chat("");
    assertThat(request.decoding().n()).isEqualTo(1);
    assertThat(request.decoding().maxTokens()).isEmpty();
    assertThat(request.decoding().sampling(7).temperature()).isEqualTo(1);
    assertThat(request.decoding().sampling(7).seed()).isEqualTo(7);
    assertThat(request.decoding().topLogprobs()).isEqualTo(-1);
    assertThat(request.toolChoice().mode()).isEqualTo(ToolChoice.Mode.NONE);
    assertThat(request.stream()).isFalse();
    assertThat(request.ignored()).isEmpty();
    assertThat(completion("'prompt':'x'").decoding().maxTokens()).hasValue(16);
  }

  @Test
  void everyMemberIsRead() {
    ChatRequest request =
        chat(
            "'n':3,'max_completion_tokens':9,'stop':['a','b'],'seed':-5,'temperature':0.5,"
                + "'top_p':0.9,'top_k':40,'min_p':0.05,'repetition_penalty':1.1,"
                + "'presence_penalty':0.25,'frequency_penalty':-0.5,'logit_bias':{'7':-100},"
                + "'logprobs':true,'top_logprobs':4,'stream':true,"
                + "'stream_options':{'include_usage':true},'ignore_eos':true,"
                + "'chat_template_kwargs':{'enable_thinking':false},'tools':["
                + TOOL
                + "],'tool_choice':'required','parallel_tool_calls':false");
    Decoding decoding = request.decoding();
    assertThat(decoding.n()).isEqualTo(3);
    assertThat(decoding.maxTokens()).hasValue(9);
    assertThat(decoding.stop()).containsExactly("a", "b");
    assertThat(decoding.sampling(1).toJson().write().replace('"', '\''))
        .isEqualTo(
            "{'temperature':0.5,'top_k':40,'top_p':0.9,'min_p':0.05,'repetition_penalty':1.1,"
                + "'presence_penalty':0.25,'frequency_penalty':-0.5,'logit_bias':{'7':-100},"
                + "'seed':-5}");
    assertThat(decoding.topLogprobs()).isEqualTo(4);
    assertThat(decoding.includeUsage()).isTrue();
    assertThat(decoding.ignoreEnd()).isTrue();
    assertThat(request.stream()).isTrue();
    assertThat(request.tools()).containsKey("add");
    assertThat(request.toolChoice())
        .isEqualTo(new ToolChoice(ToolChoice.Mode.REQUIRED, Set.of("add"), false));
    assertThat(request.templateVariables().get("enable_thinking")).contains(Json.of(false));
    assertThat(request.ignored()).isEmpty();
  }

  @Test
  void unknownMembersAreIgnoredAndListed() {
    assertThat(chat("'cache_prompt':true,'user':'me','metadata':{},'slot':1").ignored())
        .containsExactly("cache_prompt", "slot");
  }

  @Test
  void nullCountsAsAbsent() {
    ChatRequest request =
        chat("'stop':null,'tools':null,'max_tokens':null,'audio':null,'stream_options':null");
    assertThat(request.decoding().stop()).isEmpty();
    assertThat(request.decoding().maxTokens()).isEmpty();
  }

  @Test
  void partsOfTextAreJoinedAndDevelopersAreTheSystem() {
    ChatRequest request =
        (ChatRequest)
            Request.parse(
                Request.CHAT,
                json(
                    "{'model':'m','messages':[{'role':'developer','content':'be brief'},"
                        + "{'role':'user','content':[{'type':'text','text':'one'},"
                        + "{'type':'text','text':'two'}]},"
                        + "{'role':'assistant','tool_calls':[{'id':'c1','type':'function',"
                        + "'function':{'name':'add','arguments':'{}'}}]},"
                        + "{'role':'tool','tool_call_id':'c1','content':'3'}]}"));
    assertThat(request.messages())
        .extracting(Message::role)
        .containsExactly(
            Message.Role.SYSTEM, Message.Role.USER, Message.Role.ASSISTANT, Message.Role.TOOL);
    assertThat(request.messages().get(1).content()).contains("one\ntwo");
    assertThat(request.messages().get(2).content()).isEmpty();
    assertThat(request.messages().get(2).toolCalls())
        .containsExactly(new Message.ToolCall("c1", "add", "{}"));
    assertThat(request.messages().get(3).toolCallId()).contains("c1");
  }

  @Test
  void toolsCanBeNarrowedToOneOrSome() {
    String tools = "'tools':[" + TOOL + "," + TOOL.replace("add", "sub") + "],";
    assertThat(
            chat(tools + "'tool_choice':{'type':'function','function':{'name':'sub'}}")
                .toolChoice())
        .isEqualTo(new ToolChoice(ToolChoice.Mode.REQUIRED, Set.of("sub"), true));
    assertThat(
            chat(tools
                    + "'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'auto',"
                    + "'tools':[{'type':'function','function':{'name':'add'}}]}}")
                .toolChoice())
        .isEqualTo(new ToolChoice(ToolChoice.Mode.AUTO, Set.of("add"), true));
    assertThat(chat(tools + "'tool_choice':'none'").toolChoice().mode())
        .isEqualTo(ToolChoice.Mode.NONE);
    assertThat(chat(tools + "'tool_choice':'auto'").toolChoice().mode())
        .isEqualTo(ToolChoice.Mode.AUTO);
  }

  @Test
  void formatsAreRead() {
    assertThat(chat("'response_format':{'type':'json_object'}").responseFormat())
        .isEqualTo(new ResponseFormat.JsonObject());
    assertThat(
            chat("'response_format':{'type':'json_schema','json_schema':{'name':'n',"
                    + "'schema':{'type':'string'},'strict':true}}")
                .responseFormat())
        .isEqualTo(new ResponseFormat.JsonSchema("n", json("{'type':'string'}")));
  }

  @Test
  void promptsComeAsTextsOrTokens() {
    assertThat(completion("'prompt':'x'").prompts()).containsExactly(new PromptInput.Text("x"));
    assertThat(completion("'prompt':['x','y']").prompts())
        .containsExactly(new PromptInput.Text("x"), new PromptInput.Text("y"));
    assertThat(completion("'prompt':[1,2]").prompts())
        .containsExactly(new PromptInput.Tokens(List.of(1, 2)));
    assertThat(completion("'prompt':[[1],[2,3]]").prompts())
        .containsExactly(new PromptInput.Tokens(List.of(1)), new PromptInput.Tokens(List.of(2, 3)));
  }

  @Test
  void embeddingRequestIsRead() {
    var request =
        (EmbeddingRequest)
            Request.parse(
                Request.EMBEDDINGS,
                json("{'model':'m','input':['a','b'],'encoding_format':'base64','dimensions':8}"));
    assertThat(request.input()).hasSize(2);
    assertThat(request.base64()).isTrue();
    assertThat(request.dimensions()).hasValue(8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'n':0                                        | n                  | integer_below_min_value
          'n':17                                       | n                  | integer_above_max_value
          'n':1.0                                      | n                  | invalid_type
          'n':'1'                                      | n                  | invalid_type
          'best_of':2                                  | best_of            | unsupported_parameter
          'max_tokens':0                               | max_tokens         | integer_below_min_value
          'max_tokens':1,'max_completion_tokens':2     | max_tokens         | invalid_value
          'temperature':2.1                            | temperature        | decimal_above_max_value
          'temperature':'hot'                          | temperature        | invalid_type
          'top_p':-0.1                                 | top_p              | decimal_below_min_value
          'frequency_penalty':3                        | frequency_penalty  | decimal_above_max_value
          'logit_bias':[]                              | logit_bias         | invalid_type
          'stop':''                                    | stop               | invalid_value
          'stop':[1]                                   | stop[0]            | invalid_type
          'stream':'yes'                               | stream             | invalid_type
          'stream_options':{}                          | stream_options     | invalid_value
          'stream':true,'stream_options':{'include_obfuscation':true} | stream_options.include_obfuscation | unsupported_parameter
          'top_logprobs':2                             | top_logprobs       | invalid_value
          'logprobs':true,'top_logprobs':21            | top_logprobs       | integer_above_max_value
          'functions':[]                               | functions          | unsupported_parameter
          'function_call':'auto'                       | function_call      | unsupported_parameter
          'audio':{}                                   | audio              | unsupported_parameter
          'modalities':['text','audio']                | modalities         | unsupported_parameter
          'web_search_options':{}                      | web_search_options | unsupported_parameter
          'reasoning_effort':'low'                     | reasoning_effort   | unsupported_parameter
          'verbosity':'low'                            | verbosity          | unsupported_parameter
          'store':true                                 | store              | unsupported_parameter
          'service_tier':'priority'                    | service_tier       | unsupported_parameter
          'tools':{}                                   | tools              | invalid_type
          'tools':[{'type':'custom'}]                  | tools[0].type      | unsupported_value
          'tools':[{'type':'function'}]                | tools[0].function  | missing_required_parameter
          'tools':[{'type':'function','function':{'name':'a b'}}] | tools[0].function.name | invalid_value
          'tool_choice':'required'                     | tool_choice        | invalid_value
          'tool_choice':'sometimes'                    | tool_choice        | invalid_value
          'tool_choice':{'type':'function','function':{'name':'x'}} | tool_choice.function.name | invalid_value
          'response_format':{'type':'xml'}             | response_format.type | invalid_value
          'response_format':{'type':'json_schema'}     | response_format.json_schema | missing_required_parameter
          'chat_template_kwargs':3                     | chat_template_kwargs | invalid_type
          """)
  void refusesWhatItCannotHonour(String members, String param, String code) {
    assertThatThrownBy(() -> chat(members))
        .isInstanceOfSatisfying(
            BadRequest.class,
            e -> {
              assertThat(e.param()).contains(param);
              assertThat(e.code()).contains(code);
              assertThat(e.getMessage()).contains(param);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          []                                             | messages            | empty_array
          'Hi'                                           | messages            | invalid_type
          [{'content':'x'}]                              | messages[0].role    | missing_required_parameter
          [{'role':'owner','content':'x'}]               | messages[0].role    | invalid_value
          [{'role':'function','content':'x'}]            | messages[0].role    | unsupported_parameter
          [{'role':'user'}]                              | messages[0].content | missing_required_parameter
          [{'role':'user','content':3}]                  | messages[0].content | invalid_type
          [{'role':'user','content':[]}]                 | messages[0].content | invalid_value
          [{'role':'user','content':[{'type':'image_url'}]}] | messages[0].content[0].type | unsupported_value
          [{'role':'tool','content':'x'}]                | messages[0].tool_call_id | missing_required_parameter
          [{'role':'user','content':'x','tool_calls':[{}]}] | messages[0].tool_calls | invalid_value
          [{'role':'assistant','tool_calls':[{'id':'1','type':'custom'}]}] | messages[0].tool_calls[0].type | invalid_value
          """)
  void refusesMessagesItCannotRead(String messages, String param, String code) {
    assertThatThrownBy(
            () -> Request.parse(Request.CHAT, json("{'model':'m','messages':" + messages + "}")))
        .isInstanceOfSatisfying(
            BadRequest.class,
            e -> {
              assertThat(e.param()).contains(param);
              assertThat(e.code()).contains(code);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'prompt':''                            | prompt       | invalid_value
          'prompt':[]                            | prompt       | invalid_value
          'prompt':[[]]                          | prompt[0]    | invalid_value
          'prompt':[1,-1]                        | prompt[1]    | integer_below_min_value
          'prompt':[1,'x']                       | prompt[1]    | invalid_type
          'prompt':'x','suffix':'y'              | suffix       | unsupported_parameter
          'prompt':'x','echo':true,'logprobs':1  | echo         | unsupported_parameter
          'prompt':'x','logprobs':true           | logprobs     | invalid_type
          """)
  void refusesCompletionsItCannotHonour(String members, String param, String code) {
    assertThatThrownBy(() -> completion(members))
        .isInstanceOfSatisfying(
            BadRequest.class,
            e -> {
              assertThat(e.param()).contains(param);
              assertThat(e.code()).contains(code);
            });
  }

  @Test
  void errorHasOpenAisShape() {
    assertThatThrownBy(() -> Request.parse("/v1/images", json("{}")))
        .isInstanceOfSatisfying(
            BadRequest.class,
            e ->
                assertThat(e.toJson().write())
                    .isEqualTo(
                        "{\"error\":{\"message\":\"Unknown request path: /v1/images\","
                            + "\"type\":\"invalid_request_error\",\"param\":null,"
                            + "\"code\":\"unknown_url\"}}"));
    assertThatThrownBy(() -> Request.parse(Request.CHAT, json("[]")))
        .isInstanceOf(BadRequest.class)
        .hasMessageContaining("expected an object, but got an array");
  }

  /** Whatever the body is, the answer is a request or a BadRequest. */
  @Test
  void randomBodiesAreReadOrRefused() {
    Random random = new Random(20261123);
    Json.Obj full =
        (Json.Obj)
            json(
                "{'model':'m','messages':[{'role':'user','content':[{'type':'text','text':'x'}]},"
                    + "{'role':'assistant','content':null,'tool_calls':[{'id':'1','type':'function',"
                    + "'function':{'name':'add','arguments':'{}'}}]},"
                    + "{'role':'tool','tool_call_id':'1','content':'x'}],'prompt':['a'],"
                    + "'input':'a','n':2,'stop':['x'],'seed':1,'temperature':1,'top_p':1,"
                    + "'logit_bias':{'1':2},'logprobs':true,'top_logprobs':2,'stream':true,"
                    + "'stream_options':{'include_usage':true},'tools':["
                    + TOOL
                    + "],'tool_choice':{'type':'function','function':{'name':'add'}},"
                    + "'max_tokens':5}");
    int read = 0;
    for (int i = 0; i < 5_000; i++) {
      Json body = full;
      for (int changes = random.nextInt(4); changes > 0; changes--) {
        body = mutate(body, random);
      }
      for (String path : List.of(Request.CHAT, Request.COMPLETIONS, Request.EMBEDDINGS)) {
        try {
          Request request = Request.parse(path, body);
          assertThat(request.path()).isEqualTo(path);
          read++;
        } catch (BadRequest e) {
          assertThat(e.toJson().write()).contains("invalid_request_error");
        }
      }
    }
    assertThat(read).isGreaterThan(500);
  }

  private static Json mutate(Json value, Random random) {
    if (random.nextInt(6) == 0) {
      return switch (random.nextInt(8)) {
        case 0 -> Json.Null.VALUE;
        case 1 -> Json.of(random.nextBoolean());
        case 2 -> Json.of(random.nextLong() >> 12 >> random.nextInt(50));
        case 3 -> Json.of(random.nextGaussian() * 3);
        case 4 -> Json.of("");
        case 5 -> Json.of("x".repeat(random.nextInt(3)));
        case 6 -> Json.array(value);
        default -> Json.object().put("type", value).build();
      };
    }
    if (value instanceof Json.Obj object && !object.members().isEmpty()) {
      Map<String, Json> members = new LinkedHashMap<>(object.members());
      List<String> names = new ArrayList<>(members.keySet());
      String name = names.get(random.nextInt(names.size()));
      if (random.nextInt(4) == 0) {
        members.remove(name);
      } else {
        members.put(name, mutate(object.get(name).orElseThrow(), random));
      }
      return new Json.Obj(members);
    }
    if (value instanceof Json.Arr array && !array.items().isEmpty()) {
      List<Json> items = new ArrayList<>(array.items());
      int at = random.nextInt(items.size());
      items.set(at, mutate(items.get(at), random));
      return Json.array(items);
    }
    return random.nextBoolean() ? Json.of(random.nextInt(100)) : Json.of("y");
  }
}
