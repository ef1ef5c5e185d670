// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.engine.chat.Answers;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Transcript;
import dev.freehold.kernel.TensorType;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of a small random model: honest ones, and those of nodes that sign what is not so. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplayTest {
  private static final String CHAT =
      "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"hello there\"}],"
          + "\"max_tokens\":24,\"ignore_eos\":true,\"temperature\":0.9,\"top_p\":0.95,\"seed\":7}";

  private LoadedModel model = none();
  private LoadedModel otherWeights = none();
  private LoadedModel otherType = none();
  private Path folder = Path.of("");
  private Path file = Path.of("");

  @BeforeAll
  void openModels(@TempDir Path temporary) throws Exception {
    folder = temporary;
    file = TinyModels.write(folder, "tiny", TensorType.Q8_0, 1, Map.of());
    model = TinyModels.open(file);
    otherWeights = TinyModels.open(TinyModels.write(folder, "other", TensorType.Q8_0, 2, Map.of()));
    otherType = TinyModels.open(TinyModels.write(folder, "q4", TensorType.Q4_0, 1, Map.of()));
  }

  @AfterAll
  void closeModels() {
    model.close();
    otherWeights.close();
    otherType.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CHAT,
        "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":1}",
        "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":12,\"temperature\":0}",
        "{\"max_tokens\":9,\"n\":3,\"messages\":[{\"role\":\"system\",\"content\":\"be\\u0020brief\"},"
            + "{\"role\":\"user\",\"content\":\"<|im_end|>\"}],\"model\":\"tiny\",\"stream\":true}",
        "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":16,"
            + "\"repetition_penalty\":1.3,\"presence_penalty\":0.5,\"frequency_penalty\":0.25,\"logit_bias\":{\"104\":3.5},"
            + "\"top_k\":40,\"min_p\":0.01,\"logprobs\":true,\"top_logprobs\":3}",
        "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":60,"
            + "\"response_format\":{\"type\":\"json_object\"}}",
        "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":90,"
            + "\"tool_choice\":\"required\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
            + "\"parameters\":{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"boolean\"}},"
            + "\"required\":[\"b\"],\"additionalProperties\":false}}}]}"
      })
  void anHonestChatIsValid(String body) {
    expectValid(Draft.answer(model, Kind.CHAT, body, -1));
  }

  @Test
  void honestCompletionsAndEmbeddingsAreValid() {
    expectValid(
        Draft.answer(
            model,
            Kind.COMPLETION,
            "{\"model\":\"tiny\",\"prompt\":[\"once\",\"upon a\"],\"max_tokens\":8,\"n\":2,\"echo\":true}",
            -1));
    for (String format : List.of("float", "base64")) {
      expectValid(
          Draft.answer(
              model,
              Kind.EMBEDDING,
              "{\"model\":\"tiny\",\"input\":[\"a b c\",[104,105],\"d\"],\"encoding_format\":\"%s\"}"
                  .formatted(format),
              -1));
    }
  }

  @Test
  void aCancelledAnswerIsValidAsFarAsItWent() {
    Draft draft = Draft.answer(model, Kind.CHAT, CHAT.replace("24", "200"), 3);
    assertThat(draft.finishes).containsExactly(Finish.CANCELLED);
    assertThat(draft.outputs.getFirst().length).isBetween(3, 199);
    expectValid(draft);
  }

  @Test
  void anAnswerCancelledBeforeItsFirstTokenIsUndecidable() {
    Draft draft = Draft.answer(model, Kind.CHAT, CHAT, 0);
    draft.outputs.set(0, new int[0]);
    draft.finishes.set(0, Finish.CANCELLED);
    draft.response =
        Answers.choices(
            Request.parse(Kind.CHAT.path(), Json.parse(CHAT)),
            model,
            draft.outputs,
            List.of(FinishReason.CANCELLED));
    Report report = verify(draft.seal());
    assertThat(report.verdict()).isInstanceOf(Verdict.Undecidable.class);
    assertThat(text(report)).contains("nothing to replay");
  }

  @Test
  void theModelIsFoundInTheCacheAndByItsFile() throws Exception {
    Draft draft = Draft.answer(model, Kind.CHAT, CHAT, -1);
    byte[] evidence = draft.seal().encode();
    ModelFiles cache = new ModelFiles(null, folder);
    Path cached = cache.cached(model.digest());
    Files.createDirectories(Objects.requireNonNull(cached.getParent()));
    Files.copy(file, cached);
    for (ModelFiles files : List.of(cache, new ModelFiles(file, Path.of("absent")))) {
      for (String kernel : new String[] {null, "scalar"}) {
        Verifier verifier = new Verifier(Demands.usual(), ReplayCheck.of(files, kernel, 0));
        assertThat(verifier.verify(evidence).verdict()).isEqualTo(new Verdict.Valid());
      }
    }
    Files.delete(cached);
  }

  /** What only a replay finds: the node signs digests that fit what it says. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "first token replaced | output token 0 is",
        "middle token replaced | output token 9 is",
        "last token replaced | output token 23 is",
        "token appended | at most 24 were allowed",
        "token dropped | goes on after 23 tokens",
        "token beyond the vocabulary | output token 4 is 2147483647",
        "trace root | the trace is not the model's",
        "trace of the prompt's first token missing | the trace is not the model's",
        "response text | the response is not what the model's tokens say",
        "response role | the response is not what the model's tokens say",
        "prompt | prompt tokens, the request makes",
        "prompt of the same length | output token",
        "prompt count | the receipt counts",
        "seed | seed 8, the request asks for 7",
        "temperature | temperature 0.8, the request asks for 0.9",
        "top_p | top_p 1, the request asks for 0.95",
        "sampling parameter added | Unknown parameter: 'extra'",
        "sampling parameter missing | Missing required parameter: 'seed'",
        "sampling parameter in another form | not in the form in which it is recorded",
        "finish reason stop | ends after 24 tokens (length), not after 24 (stop)",
        "finish reason length to cancelled | ends after 24 tokens",
        "finish reason tool calls | ends after 24 tokens (length), not after 24",
        "max_tokens raised | it goes on after 24 tokens",
        "max_tokens lowered | at most 12 were allowed",
        "kind | prompt",
        "tokenizer | names the tokenizer",
        "template | names the chat template",
        "template left out | names no chat template",
        "choice added | the request asks for 1 choices, the receipt has 2",
        "stop string | ends after",
        "request no JSON | the request is not JSON",
        "request no chat | cannot be answered",
        "model asked for | asks for the model"
      })
  void whatADishonestNodeSignsIsInvalid(String change, String reason) {
    Draft draft = Draft.answer(model, Kind.CHAT, CHAT, -1);
    assertThat(draft.outputs.getFirst()).hasSize(24);
    change(draft, change);
    Report report = verify(draft.seal());
    assertThat(words(report)).as(text(report)).containsExactly("Valid", "Valid", "Invalid");
    assertThat(text(report)).contains("replayed: ").contains(reason);
  }

  private static void change(Draft draft, String change) {
    int[] output = draft.outputs.getFirst();
    Json.Obj choice = (Json.Obj) draft.response.items().getFirst();
    switch (change) {
      case "first token replaced" -> output[0] = (output[0] + 1) % TinyModels.VOCABULARY;
      case "middle token replaced" -> output[9] = (output[9] + 1) % TinyModels.VOCABULARY;
      case "last token replaced" -> output[23] = (output[23] + 1) % TinyModels.VOCABULARY;
      case "token appended" -> draft.outputs.set(0, Arrays.copyOf(output, 25));
      case "token dropped" -> draft.outputs.set(0, Arrays.copyOf(output, 23));
      case "token beyond the vocabulary" -> output[4] = Integer.MAX_VALUE;
      case "trace root" -> draft.roots.set(0, Digest.sha256("trace"));
      case "trace of the prompt's first token missing" ->
          draft.roots.set(0, MerkleTree.node(draft.roots.getFirst(), draft.roots.getFirst()));
      case "response text" ->
          draft.response =
              Json.array(
                  choice.with(
                      "message",
                      ((Json.Obj) choice.get("message").orElseThrow())
                          .with("content", Json.of("yes"))));
      case "response role" ->
          draft.response =
              Json.array(
                  choice.with(
                      "message",
                      ((Json.Obj) choice.get("message").orElseThrow())
                          .with("role", Json.of("user"))));
      case "prompt" -> draft.request = CHAT.replace("hello there", "hello there!");
      case "prompt of the same length" -> draft.request = CHAT.replace("there", "thene");
      case "prompt count" -> draft.promptCounts.set(0, draft.promptCounts.getFirst() + 1);
      case "seed" -> draft.sampling = draft.sampling.with("seed", Json.of(8));
      case "temperature" -> draft.sampling = draft.sampling.with("temperature", Json.of(0.8));
      case "top_p" -> draft.sampling = draft.sampling.with("top_p", Json.of(1));
      case "sampling parameter added" -> draft.sampling = draft.sampling.with("extra", Json.of(1));
      case "sampling parameter missing" -> draft.sampling = draft.sampling.without("seed");
      case "sampling parameter in another form" ->
          draft.sampling = draft.sampling.with("temperature", Json.of(0.90000000001));
      case "finish reason stop" -> draft.finishes.set(0, Finish.STOP);
      case "finish reason length to cancelled" -> draft.finishes.set(0, Finish.CANCELLED);
      case "finish reason tool calls" -> draft.finishes.set(0, Finish.TOOL_CALLS);
      case "max_tokens raised" -> draft.request = CHAT.replace("24", "25");
      case "max_tokens lowered" -> draft.request = CHAT.replace("24", "12");
      case "kind" -> {
        draft.kind = Kind.COMPLETION;
        draft.template = null;
      }
      case "tokenizer" -> draft.tokenizer = Digest.sha256("tokenizer");
      case "template" -> draft.template = Digest.sha256("template");
      case "template left out" -> draft.template = null;
      case "choice added" -> {
        draft.promptCounts.add(draft.promptCounts.getFirst());
        draft.outputs.add(output);
        draft.roots.add(draft.roots.getFirst());
        draft.finishes.add(Finish.LENGTH);
        draft.response = Json.array(choice, choice.with("index", Json.of(1)));
      }
      case "stop string" -> {
        String content = content(choice);
        int half = content.offsetByCodePoints(content.length() / 2, 0);
        String stop = content.substring(half, content.offsetByCodePoints(half, 1));
        draft.request = CHAT.replace("\"seed\"", "\"stop\":" + Json.of(stop).write() + ",\"seed\"");
      }
      case "request no JSON" -> draft.request = CHAT + "}";
      case "request no chat" -> draft.request = "{\"model\":\"tiny\"}";
      case "model asked for" ->
          draft.request =
              CHAT.replace("\"model\":\"tiny\"", "\"model\":\"" + Digest.sha256("x") + "\"");
      default -> throw new AssertionError(change);
    }
  }

  private static String content(Json.Obj choice) {
    Json.Obj message = (Json.Obj) choice.get("message").orElseThrow();
    return ((Json.Str) message.get("content").orElseThrow()).value();
  }

  @Test
  void anotherModelsOrQuantisationsAnswerIsInvalid() {
    for (LoadedModel other : List.of(otherWeights, otherType)) {
      Draft draft = Draft.answer(other, Kind.CHAT, CHAT, -1);
      draft.model = model.digest();
      assertThat(text(verify(draft.seal()))).contains("the model gives");
    }
  }

  @Test
  void aReceiptOfAnotherModelThanTheFileIsInvalidAndNamesBoth() throws Exception {
    Draft draft = Draft.answer(otherType, Kind.CHAT, CHAT, -1);
    ReplayCheck replay = ReplayCheck.of(new ModelFiles(file, folder), "scalar", 1);
    Report report = new Verifier(Demands.usual(), replay).verify(draft.seal().encode());
    assertThat(report.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(text(report))
        .contains(otherType.digest().toString())
        .contains(model.digest().toString());
  }

  @Test
  void aFileThatIsNoModelIsUndecidable() throws Exception {
    Path broken = Files.writeString(folder.resolve("broken.gguf"), "GGUF, but not really");
    Draft draft = Draft.answer(model, Kind.CHAT, CHAT, -1);
    draft.model = Digest.sha256("GGUF, but not really");
    ReplayCheck replay = ReplayCheck.of(new ModelFiles(broken, folder), "scalar", 1);
    Report report = new Verifier(Demands.usual(), replay).verify(draft.seal().encode());
    assertThat(words(report)).containsExactly("Valid", "Valid", "Undecidable");
    assertThat(text(report)).contains("cannot run the model");
  }

  @Test
  void anEmbeddingWithAnotherNumberOrTraceIsInvalid() {
    String body = "{\"model\":\"tiny\",\"input\":[\"a b c\",\"d\"]}";
    expectInvalid(
        body,
        draft -> draft.response = Json.array(draft.response.items().reversed()),
        "choice 0: the response is not");
    expectInvalid(
        body,
        draft -> draft.roots.set(1, draft.roots.getFirst()),
        "choice 1: the trace is not the model's");
    expectInvalid(
        body,
        draft -> draft.promptCounts.set(1, 7),
        "choice 1: the receipt counts 7 prompt tokens");
    expectInvalid(
        body,
        draft -> draft.request = body.replace("a b c", "a b d"),
        "choice 0: the trace is not");
  }

  @Test
  void choicesThatChangedPlacesAreInvalid() {
    Draft draft = Draft.answer(model, Kind.CHAT, CHAT.replace("\"seed\"", "\"n\":2,\"seed\""), -1);
    java.util.Collections.swap(draft.outputs, 0, 1);
    java.util.Collections.swap(draft.roots, 0, 1);
    assertThat(text(verify(draft.seal()))).contains("choice 0: output token");
  }

  @Test
  void theSeedThatTheNodeChoseIsTheOneItMustHaveUsed() {
    String body = CHAT.replace(",\"seed\":7", "");
    Draft draft = Draft.answer(model, Kind.CHAT, body, -1);
    assertThat(draft.sampling.get("seed")).contains(Json.of(4711));
    expectValid(draft);
    draft.sampling = draft.sampling.with("seed", Json.of(4712));
    assertThat(SamplingParameters.fromJson(draft.sampling).seed()).isEqualTo(4712);
    assertThat(verify(draft.seal()).verdict()).isInstanceOf(Verdict.Invalid.class);
  }

  @Test
  void aRequestForWhatThisProgramDoesNotKnowIsUndecidable() {
    Draft draft = Draft.answer(model, Kind.CHAT, CHAT, -1);
    draft.request =
        CHAT.replace("\"seed\"", "\"audio\":{\"voice\":\"x\"},\"modalities\":[\"audio\"],\"seed\"");
    Report report = verify(draft.seal());
    assertThat(report.verdict()).as(text(report)).isInstanceOf(Verdict.Undecidable.class);
  }

  @Test
  void tamperingWithASealedTranscriptIsFoundBeforeAnyReplay() {
    Transcript honest = Draft.answer(model, Kind.CHAT, CHAT, -1).seal();
    int[] output = honest.outputs().getFirst();
    output[3]++;
    Transcript tampered =
        new Transcript(
            honest.receipt(), honest.request(), honest.response(), List.of(output), honest.salts());
    Report report = verify(tampered);
    assertThat(words(report)).containsExactly("Valid", "Invalid", "Undecidable");
    assertThat(text(report)).contains("output tokens are not the ones");
  }

  private void expectValid(Draft draft) {
    Report report = verify(draft.seal());
    assertThat(report.verdict()).as(text(report)).isEqualTo(new Verdict.Valid());
    assertThat(words(report)).containsExactly("Valid", "Valid", "Valid");
    assertThat(report.findings().getLast().checked()).contains("positions recomputed");
  }

  private void expectInvalid(String body, Consumer<Draft> change, String reason) {
    Draft draft = Draft.answer(model, Kind.EMBEDDING, body, -1);
    change.accept(draft);
    Report report = verify(draft.seal());
    assertThat(words(report)).as(text(report)).containsExactly("Valid", "Valid", "Invalid");
    assertThat(text(report)).contains(reason);
  }

  private Report verify(Transcript transcript) {
    return new Verifier(Demands.usual(), ReplayCheck.with(model)).verify(transcript.encode());
  }

  private static List<String> words(Report report) {
    return report.findings().stream().map(finding -> finding.verdict().word()).toList();
  }

  private static String text(Report report) {
    return switch (report.verdict()) {
      case Verdict.Valid _ -> "";
      case Verdict.Invalid(List<String> reasons) -> String.join("\n", reasons);
      case Verdict.Undecidable(String why) -> why;
    };
  }

  @SuppressWarnings("NullAway") // Set before the first test.
  private static LoadedModel none() {
    return null;
  }
}
