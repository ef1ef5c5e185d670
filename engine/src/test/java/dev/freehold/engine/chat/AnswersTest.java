// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.TinyModel;
import dev.freehold.engine.sampling.Sampled;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.kernel.TensorType;
import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@NullMarked
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswersTest {
  private static final String ASK = "{'model':'m','messages':[{'role':'user','content':'Hi'}]";
  private static final int END = TinyModel.VOCABULARY - 1;

  private final LoadedModel model = TinyModel.open();

  @AfterAll
  void close() {
    model.close();
  }

  private static Request chat(String more) {
    return PromptingTest.parse(Request.CHAT, ASK + more + "}");
  }

  /** The tokens of a text in the tiny model: a token for each byte. */
  private static int[] tokens(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return IntStream.range(0, bytes.length).map(i -> bytes[i] & 0xFF).toArray();
  }

  private static int[] ended(String text) {
    int[] tokens = tokens(text);
    int[] ended = Arrays.copyOf(tokens, tokens.length + 1);
    ended[tokens.length] = END;
    return ended;
  }

  private String choice(Request request, int[] output, FinishReason reason) {
    return Answers.choices(request, model, List.of(output), List.of(reason)).write();
  }

  @Test
  void answerIsItsTextAndItsReason() {
    assertThat(choice(chat(""), ended("Grüße 🙂"), FinishReason.STOP))
        .isEqualTo(
            "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Grüße 🙂\","
                + "\"refusal\":null},"
                + "\"finish_reason\":\"stop\"}]");
    assertThat(choice(chat(""), new int[] {END}, FinishReason.STOP)).contains("\"content\":\"\"");
    assertThat(choice(chat(""), tokens("ab"), FinishReason.LENGTH))
        .contains("\"content\":\"ab\"")
        .contains("\"finish_reason\":\"length\"");
  }

  @Test
  void textIsCutBeforeAStopString() {
    assertThat(choice(chat(",'stop':['END','zz']"), tokens("one two END"), FinishReason.STOP))
        .contains("\"content\":\"one two \"");
    assertThat(choice(chat(",'stop':'END'"), tokens("one EN"), FinishReason.LENGTH))
        .contains("\"content\":\"one EN\"");
  }

  @Test
  void charactersThatWereCutShortAreReplaced() {
    int[] half = Arrays.copyOf(tokens("aé"), 2);
    assertThat(choice(chat(""), half, FinishReason.LENGTH)).contains("\"content\":\"a\uFFFD\"");
  }

  @Test
  void completionMayEchoItsPrompt() {
    Request request =
        PromptingTest.parse(
            Request.COMPLETIONS, "{'model':'m','prompt':['ab',[99,100]],'n':2,'echo':true}");
    Json.Arr choices =
        Answers.choices(
            request,
            model,
            List.of(tokens("1"), tokens("2"), tokens("3"), tokens("4")),
            List.of(
                FinishReason.LENGTH,
                FinishReason.LENGTH,
                FinishReason.LENGTH,
                FinishReason.LENGTH));
    assertThat(choices.write())
        .contains(
            "{\"index\":0,\"text\":\"ab1\"", "{\"index\":1,\"text\":\"ab2\"",
            "{\"index\":2,\"text\":\"cd3\"", "{\"index\":3,\"text\":\"cd4\"");
  }

  @Test
  void completionKeepsTheSpaceItBeginsWithAndAChatDoesNot() {
    try (LoadedModel pieces = TinyModel.openSentencePiece()) {
      assertThat(pieces.tokenizer().decode(new int[] {259, 260})).isEqualTo("ab");
      int[] output = {259, 260, 259};
      Request completion = PromptingTest.parse(Request.COMPLETIONS, "{'model':'m','prompt':'b'}");
      assertThat(
              Answers.choices(completion, pieces, List.of(output), List.of(FinishReason.LENGTH))
                  .write())
          .contains("\"text\":\" ab a\"");
      assertThat(
              Answers.choices(chat(""), pieces, List.of(output), List.of(FinishReason.LENGTH))
                  .write())
          .contains("\"content\":\"ab a\"");
    }
  }

  @Test
  void plainTextAnswerLosesTheSpaceItBeginsWith() {
    try (LoadedModel base = TinyModel.open(TensorType.F32, null, new ScalarKernel(), 1)) {
      Json.Arr choices =
          Answers.choices(
              chat(""), base, List.of(tokens("  well \nUser:")), List.of(FinishReason.STOP));
      assertThat(choices.write()).contains("\"content\":\"well \"");
    }
  }

  @Test
  void logProbabilitiesHaveOpenAisShapes() {
    GenerationEvent.Token token =
        new GenerationEvent.Token(
            'h',
            -0.5f,
            List.of(new Sampled.Alternative('h', -0.5f), new Sampled.Alternative(0xC3, -2f)));
    AnswerStream chat = new AnswerStream(chat(",'logprobs':true,'top_logprobs':2"), model, 0);
    var _ = chat.start();
    assertThat(chat.push(token).getFirst().write())
        .isEqualTo(
            "{\"index\":0,\"delta\":{\"content\":\"h\"},\"logprobs\":{\"content\":[{\"token\":\"h\","
                + "\"logprob\":-0.5,\"bytes\":[104],\"top_logprobs\":[{\"token\":\"h\","
                + "\"logprob\":-0.5,\"bytes\":[104]},{\"token\":\"\uFFFD\",\"logprob\":-2,"
                + "\"bytes\":[195]}]}],\"refusal\":null},\"finish_reason\":null}");
    AnswerStream text =
        new AnswerStream(
            PromptingTest.parse(Request.COMPLETIONS, "{'model':'m','prompt':'x','logprobs':2}"),
            model,
            0);
    var _ = text.start();
    var _ = text.push(token);
    var _ = text.push(token);
    var _ = text.finish(FinishReason.LENGTH);
    assertThat(text.choiceWithLogprobs().get("logprobs").orElseThrow().write())
        .isEqualTo(
            "{\"tokens\":[\"h\",\"h\"],\"token_logprobs\":[-0.5,-0.5],"
                + "\"top_logprobs\":[{\"h\":-0.5,\"\uFFFD\":-2},{\"h\":-0.5,\"\uFFFD\":-2}],"
                + "\"text_offset\":[0,1]}");
  }

  @Test
  void vectorsAreNumbersOrBase64() {
    float[] vector = {0.1f, -1f};
    var numbers =
        (EmbeddingRequest) PromptingTest.parse(Request.EMBEDDINGS, "{'model':'m','input':'x'}");
    assertThat(Answers.embeddings(numbers, List.of(vector)).write())
        .isEqualTo("[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.1,-1]}]");
    var base64 =
        (EmbeddingRequest)
            PromptingTest.parse(
                Request.EMBEDDINGS, "{'model':'m','input':'x','encoding_format':'base64'}");
    assertThat(Answers.embeddings(base64, List.of(vector)).write())
        .contains("\"embedding\":\"zczMPQAAgL8=\"");
  }

  /** Whatever the tokens: what a client adds up is what the digest is over. */
  @Test
  void deltasAddUpToTheChoice() {
    Random random = new Random(5);
    String[] texts = {
      "plain",
      " ",
      "\n",
      "ST",
      "STOP",
      "<tool",
      "_call>",
      "{\"name\": \"add\", ",
      "\"arguments\": {}}",
      "</tool_call>",
      "<tool_call>\n{\"name\": \"add\", \"arguments\": {}}\n</tool_call>",
      "é",
      "🙂"
    };
    for (String more :
        List.of(
            "",
            ",'stop':['STOP','é']",
            ",'logprobs':true",
            ",'tools':[{'type':'function','function':{'name':'add'}}]",
            ",'stop':'STOP','tools':[{'type':'function','function':{'name':'add'}}]")) {
      for (int i = 0; i < 300; i++) {
        StringBuilder text = new StringBuilder();
        for (int parts = random.nextInt(7); parts > 0; parts--) {
          text.append(texts[random.nextInt(texts.length)]);
        }
        int[] output = ended(text.toString());
        for (int changes = random.nextInt(3); changes > 0; changes--) {
          output[random.nextInt(output.length)] = random.nextInt(TinyModel.VOCABULARY);
        }
        FinishReason reason = random.nextBoolean() ? FinishReason.STOP : FinishReason.LENGTH;
        Request request = chat(more);
        assertThat(addedUp(request, output, reason))
            .as("%s of %s", text, more)
            .isEqualTo(choice(request, output, reason));
      }
    }
  }

  /** Adds the chunks up as OpenAI's clients do. */
  private String addedUp(Request request, int[] output, FinishReason reason) {
    AnswerStream stream = new AnswerStream(request, model, 0);
    List<Json.Obj> chunks = new ArrayList<>(stream.start());
    for (int token : output) {
      chunks.addAll(stream.push(new GenerationEvent.Token(token, -1, List.of())));
    }
    chunks.addAll(stream.finish(reason));
    StringBuilder content = new StringBuilder();
    boolean spoke = false;
    List<Json.Obj> calls = new ArrayList<>();
    Json ended = Json.Null.VALUE;
    for (Json.Obj chunk : chunks) {
      assertThat(ended).isEqualTo(Json.Null.VALUE);
      Json.Obj delta = (Json.Obj) chunk.get("delta").orElseThrow();
      if (delta.get("content").orElse(Json.Null.VALUE) instanceof Json.Str piece) {
        content.append(piece.value());
        spoke = true;
      }
      if (delta.get("tool_calls").orElse(Json.Null.VALUE) instanceof Json.Arr several) {
        several.items().forEach(call -> add(calls, (Json.Obj) call));
      }
      ended = chunk.get("finish_reason").orElseThrow();
    }
    Json.Builder message =
        Json.object()
            .put("role", "assistant")
            .put("content", spoke ? Json.of(content.toString()) : Json.Null.VALUE)
            .put("refusal", Json.Null.VALUE);
    if (!calls.isEmpty()) {
      message.put("tool_calls", Json.array(calls));
    }
    return Json.array(
            Json.object()
                .put("index", 0)
                .put("message", message.build())
                .put("finish_reason", ended)
                .build())
        .write();
  }

  private static void add(List<Json.Obj> calls, Json.Obj delta) {
    int index = (int) ((Json.Num) delta.get("index").orElseThrow()).value();
    if (index == calls.size()) {
      assertThat(delta.members()).containsOnlyKeys("index", "id", "type", "function");
      calls.add(delta.without("index"));
      return;
    }
    assertThat(delta.members()).containsOnlyKeys("index", "function");
    Json.Obj function = (Json.Obj) calls.get(index).get("function").orElseThrow();
    Json.Obj more = (Json.Obj) delta.get("function").orElseThrow();
    assertThat(more.members()).containsOnlyKeys("arguments");
    calls.set(
        index,
        calls
            .get(index)
            .with(
                "function",
                function.with("arguments", Json.of(arguments(function) + arguments(more)))));
  }

  private static String arguments(Json.Obj function) {
    return ((Json.Str) function.get("arguments").orElseThrow()).value();
  }

  @Test
  void callsComeNameFirstAndThenPieceByPiece() {
    Request request = chat(",'tools':[{'type':'function','function':{'name':'add'}}]");
    AnswerStream stream = new AnswerStream(request, model, 0);
    var _ = stream.start();
    List<String> deltas = new ArrayList<>();
    String text =
        "Yes.\n<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 12}}\n</tool_call>";
    for (int token : tokens(text)) {
      stream
          .push(new GenerationEvent.Token(token, Float.NaN, List.of()))
          .forEach(chunk -> deltas.add(chunk.get("delta").orElseThrow().write()));
    }
    assertThat(deltas.subList(0, 4))
        .containsExactly(
            "{\"content\":\"Y\"}",
            "{\"content\":\"e\"}",
            "{\"content\":\"s\"}",
            "{\"content\":\".\"}");
    assertThat(deltas.get(4))
        .startsWith("{\"tool_calls\":[{\"index\":0,\"id\":\"call_")
        .endsWith("\"type\":\"function\",\"function\":{\"name\":\"add\",\"arguments\":\"\"}}]}");
    assertThat(deltas.subList(5, deltas.size()))
        .hasSize("{\"a\": 12}".length())
        .startsWith("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\"}}]}");
    assertThat(stream.finish(FinishReason.STOP)).hasSize(1);
    assertThat(stream.choice().write())
        .contains("\"content\":\"Yes.\"", "\"arguments\":\"{\\\"a\\\": 12}\"", "\"tool_calls\"}");
  }

  @Test
  void aCallThatWasCutShortSaysSo() {
    Request request = chat(",'tools':[{'type':'function','function':{'name':'add'}}]");
    String text = "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1";
    assertThat(choice(request, tokens(text), FinishReason.LENGTH))
        .contains("\"content\":null", "\"arguments\":\"{\\\"a\\\": 1\"")
        .contains("\"finish_reason\":\"length\"");
    // cut before its arguments it is no call yet
    assertThat(choice(request, tokens(text.substring(0, 30)), FinishReason.LENGTH))
        .contains("\"content\":\"<tool_call>", "\"finish_reason\":\"length\"");
    Request stopped =
        chat(
            ",'stop':'a','tools':[{'type':'function','function':{'name':'add'}}]"
                .replace("'a'", "': 1'"));
    assertThat(choice(stopped, tokens(text + "2"), FinishReason.STOP))
        .contains("\"arguments\":\"{\\\"a\\\"\"", "\"finish_reason\":\"stop\"");
  }
}
