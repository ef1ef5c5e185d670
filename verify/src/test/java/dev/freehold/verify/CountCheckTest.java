// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.engine.chat.Answers;
import dev.freehold.engine.chat.Prompting;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Transcript;
import dev.freehold.kernel.TensorType;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.verify.replay.CountCheck;
import dev.freehold.verify.verdict.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a tokenizer and a template say of answers, on a machine without the weights. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CountCheckTest {
  private static final String USER =
      "\"messages\":[{\"role\":\"user\",\"content\":\"hello there\"}]";
  private static final String CHAT =
      "{\"model\":\"tiny\"," + USER + ",\"max_tokens\":24,\"ignore_eos\":true,\"seed\":7}";
  private static final String FREE =
      "{\"model\":\"tiny\"," + USER + ",\"max_tokens\":400,\"seed\":7}";
  private static final int CONTROL = 256;
  private static final int END = 257;
  private static final int HE = 258;

  private LoadedModel model = none();
  private LoadedModel text = none();

  @SuppressWarnings("NullAway") // Set before the first test.
  private static LoadedModel none() {
    return null;
  }

  @BeforeAll
  void openModels(@TempDir Path folder) throws Exception {
    Path file = TinyModels.write(folder, "tiny", TensorType.Q8_0, 1, Map.of());
    model = TinyModels.open(file);
    text = LoadedModel.withoutWeights(file, model.digest());
  }

  @AfterAll
  void closeModels() {
    model.close();
  }

  private CountCheck.Counted count(Transcript transcript) {
    CountCheck.Counted counted = CountCheck.check(transcript, text);
    if (counted.verdict() instanceof Verdict.Valid) {
      // Prepared beforehand, it says the same.
      Request request =
          Request.parse(
              transcript.receipt().statement().kind().path(), Json.parse(transcript.request()));
      assertThat(
              CountCheck.check(transcript, text, request, Prompting.prepare(request, text, 4711)))
          .isEqualTo(counted);
    }
    return counted;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CHAT,
        "{\"model\":\"tiny\"," + USER + ",\"max_tokens\":1}",
        "{\"model\":\"tiny\"," + USER + ",\"max_tokens\":64,\"temperature\":0}",
        "{\"model\":\"tiny\","
            + USER
            + ",\"max_tokens\":60,\"n\":3,\"temperature\":1.5,\"stream\":true}",
        "{\"model\":\"tiny\"," + USER + ",\"max_tokens\":200,\"temperature\":2}",
        "{\"model\":\"tiny\"," + USER + ",\"max_tokens\":200,\"stop\":[\"e\",\"a\",\"unused\"]}",
        "{\"model\":\"tiny\"," + USER + ",\"max_tokens\":40,\"logit_bias\":{\"256\":100}}",
        "{\"model\":\"tiny\","
            + USER
            + ",\"max_tokens\":40,\"ignore_eos\":true,\"logit_bias\":{\"257\":100}}",
        "{\"model\":\"tiny\","
            + USER
            + ",\"max_tokens\":60,\"response_format\":{\"type\":\"json_object\"}}",
        "{\"model\":\"tiny\","
            + USER
            + ",\"max_tokens\":80,\"response_format\":{\"type\":\"json_schema\","
            + "\"json_schema\":{\"name\":\"s\",\"strict\":true,\"schema\":{\"type\":\"object\",\"properties\":"
            + "{\"b\":{\"type\":\"boolean\"}},\"required\":[\"b\"],\"additionalProperties\":false}}}}",
        "{\"model\":\"tiny\","
            + USER
            + ",\"max_tokens\":90,\"tool_choice\":\"required\",\"tools\":[{\"type\":"
            + "\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":"
            + "{\"b\":{\"type\":\"boolean\"}},\"required\":[\"b\"],\"additionalProperties\":false}}}]}"
      })
  void anHonestChatIsBlamedForNothing(String body) {
    assertThat(count(Draft.answer(model, Kind.CHAT, body, -1).seal()).verdict())
        .isEqualTo(new Verdict.Valid());
  }

  @Test
  void honestCompletionsAndEmbeddingsAreBlamedForNothing() {
    assertThat(
            count(
                    Draft.answer(
                            model,
                            Kind.COMPLETION,
                            "{\"model\":\"tiny\",\"prompt\":[\"once\",\"upon a\"],\"max_tokens\":8,"
                                + "\"n\":2,\"echo\":true}",
                            -1)
                        .seal())
                .verdict())
        .isEqualTo(new Verdict.Valid());
    assertThat(
            count(
                    Draft.answer(
                            model,
                            Kind.EMBEDDING,
                            "{\"model\":\"tiny\",\"input\":[\"a b c\",[104,105],\"d\"]}",
                            -1)
                        .seal())
                .verdict())
        .isEqualTo(new Verdict.Valid());
  }

  /** An answer of these tokens, with the response that they make. */
  private Draft made(String body, int[] output, FinishReason reason) {
    Draft draft = Draft.answer(model, Kind.CHAT, CHAT, -1);
    draft.request = body;
    Request request = Request.parse(Kind.CHAT.path(), Json.parse(body));
    draft.sampling = Prompting.prepare(request, text, 4711).sampling().toJson();
    draft.outputs.set(0, output);
    draft.finishes.set(0, Finish.parse(reason.word()));
    draft.response = Answers.choices(request, text, List.of(output), List.of(reason));
    return draft;
  }

  private static int[] bytes(String said) {
    byte[] bytes = said.getBytes(StandardCharsets.UTF_8);
    return IntStream.range(0, bytes.length).map(i -> bytes[i] & 0xff).toArray();
  }

  private static int[] ended(int[] tokens) {
    int[] longer = Arrays.copyOf(tokens, tokens.length + 1);
    longer[tokens.length] = END;
    return longer;
  }

  @Test
  void charactersThatTokensSplitAndReasoningAreBlamedForNothing() {
    for (String said :
        List.of(
            "Grüß Gott, 中文 🙂", "<think>\nlet me see\n</think>\n\nyes", "half a charac\u00e9")) {
      CountCheck.Counted counted = count(made(FREE, ended(bytes(said)), FinishReason.STOP).seal());
      assertThat(counted).isEqualTo(new CountCheck.Counted(new Verdict.Valid(), false));
    }
    int[] cut = bytes("€");
    assertThat(count(made(FREE, new int[] {'a', cut[0], END}, FinishReason.STOP).seal()).verdict())
        .isEqualTo(new Verdict.Valid());
  }

  @Test
  void aModelMayWriteAWordInSmallerTokensThanItsTokenizerWould() {
    CountCheck.Counted counted = count(made(FREE, ended(bytes("he he")), FinishReason.STOP).seal());
    assertThat(counted).isEqualTo(new CountCheck.Counted(new Verdict.Valid(), false));
  }

  @Test
  void farMoreTokensThanTheTextTakesAreDoubtfulAndNoProof() {
    CountCheck.Counted finer =
        count(made(FREE, ended(bytes("he".repeat(40))), FinishReason.STOP).seal());
    assertThat(finer).isEqualTo(new CountCheck.Counted(new Verdict.Valid(), true));
    int[] usual = new int[40];
    Arrays.fill(usual, HE);
    assertThat(count(made(FREE, ended(usual), FinishReason.STOP).seal()).doubtful()).isFalse();
    int[] padded = Arrays.copyOf(bytes("yes"), 40);
    Arrays.fill(padded, 3, 40, CONTROL);
    CountCheck.Counted silent = count(made(FREE, ended(padded), FinishReason.STOP).seal());
    assertThat(silent).isEqualTo(new CountCheck.Counted(new Verdict.Valid(), true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prompt count | choice 0: the receipt counts 99 prompt tokens, the request makes",
        "token appended | output token 24 of 25: it has 25 tokens where at most 24 were allowed",
        "token dropped | output token 22 of 23: it goes on after 23 tokens",
        "token replaced | choice 0: the response is not what the model's tokens say",
        "token beyond the vocabulary | output token 4 of 24: the model has no token 2147483647",
        "negative response | the response has 0 choices, the tokens make 1",
        "response text | choice 0: the response is not what the model's tokens say",
        "finish reason stop | ends after 24 tokens (length), not after 24 (stop)",
        "template | names the chat template",
        "tokenizer | names the tokenizer",
        "seed | seed 8, the request asks for 7",
        "request no JSON | the request is not JSON",
        "choice added | the request asks for 1 choices, the receipt has 2"
      })
  void whatADishonestNodeSignsIsInvalid(String change, String reason) {
    Draft draft = Draft.answer(model, Kind.CHAT, CHAT, -1);
    int[] output = draft.outputs.getFirst();
    switch (change) {
      case "prompt count" -> draft.promptCounts.set(0, 99);
      case "token appended" -> draft.outputs.set(0, Arrays.copyOf(output, 25));
      case "token dropped" -> draft.outputs.set(0, Arrays.copyOf(output, 23));
      case "token replaced" -> output[9] = output[9] == 'a' ? 'b' : 'a';
      case "token beyond the vocabulary" -> output[4] = Integer.MAX_VALUE;
      case "negative response" -> draft.response = Json.array();
      case "response text" ->
          draft.response =
              Answers.choices(request(), text, List.of(bytes("yes")), List.of(FinishReason.LENGTH));
      case "finish reason stop" -> draft.finishes.set(0, Finish.STOP);
      case "template" -> draft.template = Digest.sha256("template");
      case "tokenizer" -> draft.tokenizer = Digest.sha256("tokenizer");
      case "seed" -> draft.sampling = draft.sampling.with("seed", Json.of(8));
      case "request no JSON" -> draft.request = CHAT + "}";
      case "choice added" -> {
        draft.promptCounts.add(draft.promptCounts.getFirst());
        draft.outputs.add(output);
        draft.roots.add(draft.roots.getFirst());
        draft.finishes.add(Finish.LENGTH);
      }
      default -> throw new AssertionError(change);
    }
    CountCheck.Counted counted = count(draft.seal());
    assertThat(counted.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(String.join("; ", ((Verdict.Invalid) counted.verdict()).reasons())).contains(reason);
  }

  private static Request request() {
    return Request.parse(Kind.CHAT.path(), Json.parse(CHAT));
  }

  @Test
  void tokensAfterTheEndAreInvalid() {
    assertThat(reasons(made(FREE, new int[] {'a', END, 'b', END}, FinishReason.STOP)))
        .contains("output token 1 of 4: it ends after 2 tokens (stop), not after 4 (stop)");
    String stopped = FREE.replace("\"seed\"", "\"stop\":\"lo\",\"seed\"");
    assertThat(reasons(made(stopped, bytes("hello world"), FinishReason.STOP)))
        .contains("output token 4 of 11: it ends after 5 tokens (stop), not after 11 (stop)");
    assertThat(count(made(stopped, bytes("hello"), FinishReason.STOP).seal()).verdict())
        .isEqualTo(new Verdict.Valid());
    assertThat(reasons(made(FREE, bytes("a"), FinishReason.STOP)))
        .contains("output token 0 of 1: it goes on after 1 tokens, its claimed end (stop)");
    assertThat(reasons(made(FREE, new int[0], FinishReason.STOP)))
        .contains("an answer has at least one token");
  }

  @Test
  void tokensThatTheFormDoesNotAllowAreInvalid() {
    String form =
        FREE.replace("\"seed\"", "\"response_format\":{\"type\":\"json_object\"},\"seed\"");
    assertThat(reasons(made(form, ended(bytes("[1]")), FinishReason.STOP)))
        .contains("output token 0 of 4: the model has no token 91, or the form");
    assertThat(reasons(made(form, ended(bytes("{\"a\":")), FinishReason.STOP)))
        .contains("output token 5 of 6: the model has no token 257, or the form");
    assertThat(count(made(form, ended(bytes("{\"a\":1}")), FinishReason.STOP).seal()).verdict())
        .isEqualTo(new Verdict.Valid());
  }

  private String reasons(Draft draft) {
    Verdict verdict = count(draft.seal()).verdict();
    assertThat(verdict).isInstanceOf(Verdict.Invalid.class);
    return String.join("; ", ((Verdict.Invalid) verdict).reasons());
  }

  @Test
  void anotherArithmeticIsUndecidable() {
    Draft draft = Draft.answer(model, Kind.CHAT, CHAT, -1);
    draft.arithmetic = 2;
    assertThat(count(draft.seal()).verdict())
        .isInstanceOfSatisfying(
            Verdict.Undecidable.class,
            why -> assertThat(why.why()).contains("arithmetic version 2"));
  }

  @Test
  void whichTokensTheModelWouldHaveChosenIsNotLookedAt() {
    Draft draft = Draft.answer(model, Kind.CHAT, CHAT, -1);
    draft.roots.set(0, Digest.sha256("trace"));
    assertThat(count(draft.seal()).verdict()).isEqualTo(new Verdict.Valid());
  }
}
