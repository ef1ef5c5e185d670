// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.outside;

import static dev.freehold.it.Processes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.Processes;
import dev.freehold.it.Processes.Run;
import dev.freehold.it.outside.ModelServer.Answer;
import dev.freehold.record.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * vLLM and Ollama behind a node: what they can, comes through to a member as they say it; what they
 * refuse, as an error in OpenAI's form; and everywhere it says unproven.
 */
@Timeout(420)
class ModelServersTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final String CHAT = "/chat/completions";
  private static final String QUESTION =
      "\"messages\":[{\"role\":\"user\",\"content\":\"Say hi.\"}],\"max_tokens\":8,"
          + "\"temperature\":0";
  private static final String STORY =
      "\"messages\":[{\"role\":\"user\",\"content\":\"Tell me a long story about a river.\"}],"
          + "\"max_tokens\":1800,\"temperature\":0,\"stream\":true";
  private static final String TOOL =
      ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"ring\"}},"
          + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"ring\",\"parameters\":"
          + "{\"type\":\"object\",\"properties\":{\"bell\":{\"enum\":[\"small\"]}},"
          + "\"required\":[\"bell\"],\"additionalProperties\":false}}}]";

  @TempDir private Path folder;

  /** What one of them can, as it was tried by hand. */
  private record Can(boolean embeddings, boolean tools) {}

  @Test
  void vllmBehindANodeAnswersItsMembersUnproven() throws Exception {
    try (ModelServer vllm = ModelServer.vllm(Files.createDirectories(folder.resolve("vllm")))) {
      walk(vllm, new Can(false, true));
    }
  }

  @Test
  void ollamaBehindANodeAnswersItsMembersUnproven() throws Exception {
    Path model = new Processes(folder).model(SMOLLM2);
    assumeTrue(Files.exists(model), "skipped: SmolLM2 is not in the cache");
    Path own = Files.createDirectories(folder.resolve("ollama"));
    try (ModelServer ollama = ModelServer.ollama(own, model)) {
      walk(ollama, new Can(true, false));
    }
  }

  private void walk(ModelServer server, Can can) throws Exception {
    try (Processes relay = Processes.machine(folder, "relay", List.of(), "")) {
      String place = "relays = " + text(relay.serve("relay", "--port", "0", "--json"), "relay");
      String lanes =
          "\nlane = other "
              + server.address()
              + " "
              + ModelServer.MODEL
              + "\nlane = wrong "
              + server.address()
              + " nosuch\n";
      try (Processes anna = Processes.machine(folder, "anna", List.of(), place + lanes);
          Processes bert = Processes.machine(folder, "bert", List.of(), place + "\n")) {
        String here = text(anna.serve("up", "--no-model", "--port", "0", "--json"), "url");
        String there = text(bert.serve("up", "--no-model", "--port", "0", "--json"), "url");
        bert.cli("join", text(anna.cli("invite", "--json").json(), "invite"), "--json").json();
        eventually(bert, "fleet", "unproven/other  ready");

        for (String url : List.of(here, there)) {
          answersAlike(server, url);
          refusesAlike(server, url, can);
          if (can.embeddings()) {
            vectors(url);
          }
          if (can.tools()) {
            callsATool(server, url);
          }
        }
        sayUnproven(bert, there);
        breaksOff(server, there);
        Answer down = ModelServer.post(there + CHAT, asked("unproven/other", QUESTION));
        assertThat(down.status()).as(down.body()).isEqualTo(502);
        assertThat(error(down, "code")).isEqualTo("lane_down");
        eventually(anna, "doctor", "unproven/other can't be used");
        for (Processes machine : List.of(anna, bert)) {
          Run receipts = machine.cli("receipt", "list");
          assertThat(receipts.exit()).as(receipts.err()).isZero();
          assertThat(receipts.out()).doesNotContain("r-");
        }
      }
    }
  }

  /** Whole, streamed, with probabilities and counts, and as a completion. */
  private static void answersAlike(ModelServer server, String url) throws Exception {
    Answer direct = ModelServer.post(server.address() + CHAT, asked(ModelServer.MODEL, QUESTION));
    Answer through = ModelServer.post(url + CHAT, asked("unproven/other", QUESTION));
    unproven(through);
    assertThat(content(through)).isEqualTo(content(direct)).isNotBlank();
    for (String count : List.of("prompt_tokens", "completion_tokens", "total_tokens")) {
      assertThat(usage(through).get(count)).isEqualTo(usage(direct).get(count)).isPresent();
    }

    String streamed = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
    Answer stream = ModelServer.post(url + CHAT, asked("unproven/other", QUESTION + streamed));
    unproven(stream);
    assertThat(stream.body()).endsWith("data: [DONE]\n\n");
    StringBuilder said = new StringBuilder();
    List<Json.Obj> counted = new ArrayList<>();
    for (Json.Obj event : events(stream.body())) {
      choice(event)
          .flatMap(choice -> ((Json.Obj) choice.get("delta").orElseThrow()).get("content").stream())
          .filter(Json.Str.class::isInstance)
          .forEach(piece -> said.append(((Json.Str) piece).value()));
      event
          .get("usage")
          .filter(Json.Obj.class::isInstance)
          .ifPresent(u -> counted.add((Json.Obj) u));
    }
    assertThat(said.toString()).isEqualTo(content(direct));
    assertThat(counted.getLast().get("completion_tokens"))
        .isEqualTo(usage(direct).get("completion_tokens"));

    Answer probable =
        ModelServer.post(
            url + CHAT,
            asked("unproven/other", QUESTION + ",\"logprobs\":true,\"top_logprobs\":2"));
    unproven(probable);
    Json.Obj probabilities = (Json.Obj) only(probable).get("logprobs").orElseThrow();
    assertThat(((Json.Arr) probabilities.get("content").orElseThrow()).items()).hasSize(8);

    Answer completion =
        ModelServer.post(
            url + "/completions",
            "{\"model\":\"unproven/other\",\"prompt\":\"a b c\",\"max_tokens\":4}");
    unproven(completion);
    assertThat(text(only(completion), "text")).isNotEmpty();
  }

  /** What the server refuses, the client gets as OpenAI's clients know it, with its words. */
  private static void refusesAlike(ModelServer server, String url, Can can) throws Exception {
    Answer direct = ModelServer.post(server.address() + CHAT, asked("nosuch", QUESTION));
    Answer wrong = ModelServer.post(url + CHAT, asked("unproven/wrong", QUESTION));
    assertThat(wrong.status()).isEqualTo(direct.status()).isEqualTo(404);
    assertThat(error(wrong, "code")).isEqualTo("lane_refused");
    assertThat(error(wrong, "type")).isEqualTo("invalid_request_error");
    assertThat(error(wrong, "message")).contains("answers 404", error(direct, "message"));

    // A conversation that is no conversation: whatever the server makes of it, no answer.
    Answer nothing =
        ModelServer.post(url + CHAT, "{\"model\":\"unproven/other\",\"messages\":\"hi\"}");
    assertThat(nothing.status()).as(nothing.body()).isBetween(400, 499);
    assertThat(error(nothing, "message")).isNotBlank();

    if (!can.embeddings()) {
      Answer none =
          ModelServer.post(url + "/embeddings", "{\"model\":\"unproven/other\",\"input\":\"a\"}");
      assertThat(none.status()).isEqualTo(404);
      assertThat(error(none, "message")).contains("Not Found");
    }
    if (!can.tools()) {
      Answer none = ModelServer.post(url + CHAT, asked("unproven/other", QUESTION + TOOL));
      assertThat(none.status()).as(none.body()).isEqualTo(400);
      assertThat(error(none, "message")).contains("does not support tools");
    }
    // The name without its mark is nobody's.
    assertThat(ModelServer.post(url + CHAT, asked("other", QUESTION)).status()).isEqualTo(404);
  }

  private static void vectors(String url) throws Exception {
    Answer answer =
        ModelServer.post(
            url + "/embeddings", "{\"model\":\"unproven/other\",\"input\":[\"a\",\"b\"]}");
    unproven(answer);
    List<Json> data = ((Json.Arr) answer.json().get("data").orElseThrow()).items();
    assertThat(data).hasSize(2);
    for (Json one : data) {
      assertThat(((Json.Arr) ((Json.Obj) one).get("embedding").orElseThrow()).items()).hasSize(576);
    }
  }

  /** What so small a model calls a tool with is its own affair: it comes through as it was said. */
  private static void callsATool(ModelServer server, String url) throws Exception {
    String rest = QUESTION.replace(":8,", ":64,") + TOOL;
    Answer direct = ModelServer.post(server.address() + CHAT, asked(ModelServer.MODEL, rest));
    Answer through = ModelServer.post(url + CHAT, asked("unproven/other", rest));
    unproven(through);
    assertThat(text(called(through), "name")).isEqualTo("ring");
    assertThat(called(through)).isEqualTo(called(direct));
    assertThat(text(called(through), "arguments")).isNotBlank();
  }

  private static Json.Obj called(Answer answer) {
    Json.Obj message = (Json.Obj) only(answer).get("message").orElseThrow();
    Json.Obj call =
        (Json.Obj) ((Json.Arr) message.get("tool_calls").orElseThrow()).items().getFirst();
    return (Json.Obj) call.get("function").orElseThrow();
  }

  /** Every place where a person meets it. */
  private void sayUnproven(Processes asker, String url) throws Exception {
    Run asked = asker.cli("ask", "-m", "unproven/other", "--max-tokens", "4", "Say hi.", "--json");
    assertThat(text(asked.json(), "proof")).isEqualTo("unproven");
    assertThat(asked.json().get("receipt")).isEmpty();
    assertThat(asker.cli("fleet").out()).contains("(another engine)");
    Path kept =
        Files.writeString(
            folder.resolve("answer.json"),
            ModelServer.post(url + CHAT, asked("unproven/other", QUESTION)).body());
    Run judged = asker.verify(kept);
    assertThat(judged.exit()).isEqualTo(2);
    assertThat(judged.out()).contains("another engine gave this answer").doesNotContain(" Valid");
  }

  /** The server dies in the midst of an answer to a member. */
  private static void breaksOff(ModelServer server, String url) throws Exception {
    StringBuilder all = new StringBuilder();
    try (Stream<String> lines = ModelServer.lines(url + CHAT, asked("unproven/other", STORY))) {
      Iterator<String> each = lines.iterator();
      for (int events = 0; events < 10; ) {
        String line = each.next();
        all.append(line).append('\n');
        events += line.startsWith("data: ") ? 1 : 0;
      }
      server.kill();
      each.forEachRemaining(line -> all.append(line).append('\n'));
    }
    assertThat(events(all.toString())).hasSizeGreaterThan(10);
    assertThat(events(all.toString()).getLast().write())
        .contains("\"error\"", "lane_broke_off", "broke off its answer");
    assertThat(all.toString()).doesNotContain("[DONE]");
  }

  private static void unproven(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers())
        .containsEntry("freehold-proof", List.of("unproven"))
        .containsEntry("freehold-lane", List.of("other"))
        .doesNotContainKey("freehold-receipt");
    assertThat(answer.body())
        .contains("\"model\":\"unproven/other\"", "\"freehold\":{\"proof\":\"unproven\"");
  }

  private static String asked(String model, String rest) {
    return "{\"model\":\"" + model + "\"," + rest + "}";
  }

  private static List<Json.Obj> events(String stream) {
    return stream
        .lines()
        .filter(line -> line.startsWith("data: {"))
        .map(line -> (Json.Obj) Json.parse(line.substring(6)))
        .toList();
  }

  private static Stream<Json.Obj> choice(Json.Obj event) {
    return event.get("choices").stream()
        .flatMap(choices -> ((Json.Arr) choices).items().stream())
        .map(Json.Obj.class::cast);
  }

  private static Json.Obj only(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return choice(answer.json()).findFirst().orElseThrow();
  }

  private static String content(Answer answer) {
    return text((Json.Obj) only(answer).get("message").orElseThrow(), "content");
  }

  private static Json.Obj usage(Answer answer) {
    return (Json.Obj) answer.json().get("usage").orElseThrow();
  }

  private static String error(Answer answer, String name) {
    return text((Json.Obj) answer.json().get("error").orElseThrow(), name);
  }

  private static void eventually(Processes machine, String verb, String part) throws Exception {
    long end = System.nanoTime() + 90_000_000_000L;
    String out = "";
    while (!out.contains(part)) {
      assertThat(System.nanoTime()).as(out).isLessThan(end);
      out = machine.cli(verb).out();
    }
  }
}
