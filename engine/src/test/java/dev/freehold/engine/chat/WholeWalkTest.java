// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.freehold.engine.generate.Engine;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.Generation;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.Outcome;
import dev.freehold.engine.generate.Replay;
import dev.freehold.engine.generate.ReplayResult;
import dev.freehold.engine.generate.TinyModel;
import dev.freehold.kernel.Kernels;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From a request's body to its choices, and back by replay: every kind of request. */
@NullMarked
@Timeout(120)
class WholeWalkTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final String GEMMA =
      "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818";
  private static final String TOOLS =
      "'tools':[{'type':'function','function':{'name':'get_weather','description':'Weather of a"
          + " city','parameters':{'type':'object','properties':{'city':{'type':'string',"
          + "'maxLength':12},'unit':{'enum':['C','F']}},'required':['city','unit'],"
          + "'additionalProperties':false}}},{'type':'function','function':{'name':'get_time',"
          + "'parameters':{'type':'object','properties':{},'additionalProperties':false}}}]";
  private static final List<String> MORE =
      List.of(
          "'temperature':0",
          "'temperature':0.7,'seed':11",
          "'temperature':1,'top_k':20,'top_p':0.9,'min_p':0.02,'seed':5",
          "'frequency_penalty':0.7,'presence_penalty':0.3,'repetition_penalty':1.2,'seed':6",
          "'logit_bias':{'30':5,'31':-100},'seed':7",
          "'stop':['e','. ','\\n'],'seed':8",
          "'n':3,'seed':9",
          "'logprobs':true,'top_logprobs':3,'seed':10",
          "'response_format':{'type':'json_object'},'seed':12",
          "'response_format':{'type':'json_schema','json_schema':{'name':'p','schema':{"
              + "'type':'object','properties':{'age':{'type':'integer'},'ok':{'type':'boolean'}},"
              + "'required':['age','ok'],'additionalProperties':false}}},'seed':13",
          TOOLS + ",'seed':14",
          TOOLS + ",'tool_choice':'required','seed':15",
          TOOLS + ",'tool_choice':'required','parallel_tool_calls':false,'seed':16",
          TOOLS
              + ",'tool_choice':{'type':'function','function':{'name':'get_weather'}},"
              + "'temperature':0");

  @Test
  void everyKindOfRequestReplaysInTheTinyModel() throws Exception {
    try (LoadedModel model = TinyModel.open()) {
      walk(model, MORE, 60, false);
    }
  }

  @Test
  void everyKindOfRequestReplaysInSmolLm2() throws Exception {
    real(SMOLLM2, MORE, 40, true);
  }

  /** K-quants, a window, no template; fewer requests, since its vocabulary is large. */
  @Test
  void baseModelWithoutTemplateReplaysToo() throws Exception {
    real(GEMMA, List.of(MORE.get(0), MORE.get(3), MORE.get(8)), 24, false);
  }

  private static void real(String hex, List<String> more, int maxTokens, boolean sensible)
      throws Exception {
    String cache = System.getenv("FREEHOLD_CACHE");
    Path home = Path.of(System.getProperty("user.home"), ".cache", "freehold");
    Path file = (cache == null ? home : Path.of(cache)).resolve("models/" + hex + ".gguf");
    assumeThat(Files.exists(file)).as("the model at %s", file).isTrue();
    // The native lane where there is one; the plain lane would take minutes.
    var kernel = Kernels.best();
    assumeThat(kernel.name()).isNotEqualTo("scalar");
    try (LoadedModel model = LoadedModel.open(file, Digest.ofHex(hex), kernel, 2)) {
      walk(model, more, maxTokens, sensible);
    }
  }

  private record Walked(
      Request request, Prepared prepared, List<Outcome> outcomes, List<FinishReason> reasons) {}

  /** All requests at once; then each one is replayed. */
  private static void walk(LoadedModel model, List<String> kinds, int maxTokens, boolean sensible)
      throws Exception {
    List<Walked> all = new ArrayList<>();
    try (Engine engine = new Engine(model, new EngineOptions(8, 100, 1L << 30, 1L << 29, 32))) {
      List<Request> requests = new ArrayList<>();
      List<Prepared> prepared = new ArrayList<>();
      List<List<Generation>> running = new ArrayList<>();
      for (String more : kinds) {
        Request request =
            PromptingTest.parse(
                Request.CHAT,
                "{'model':'m','messages':[{'role':'user','content':'What is the weather in Rome?'}],"
                    + "'max_tokens':"
                    + maxTokens
                    + ","
                    + more
                    + "}");
        requests.add(request);
        prepared.add(Prompting.prepare(request, model, 3));
        running.add(engine.submitAll(prepared.getLast().generations()));
      }
      for (int i = 0; i < requests.size(); i++) {
        List<Outcome> outcomes = new ArrayList<>();
        List<FinishReason> reasons = new ArrayList<>();
        for (Generation generation : running.get(i)) {
          GenerationEvent.Finished finished = finish(generation);
          outcomes.add(finished.outcome());
          reasons.add(finished.reason());
        }
        all.add(new Walked(requests.get(i), prepared.get(i), outcomes, reasons));
      }
    }
    for (int i = 0; i < all.size(); i++) {
      Walked walked = all.get(i);
      for (int choice = 0; choice < walked.outcomes().size(); choice++) {
        Outcome outcome = walked.outcomes().get(choice);
        assertThat(
                Replay.replay(
                    model,
                    walked.prepared().generations().get(choice),
                    outcome.output(),
                    walked.reasons().get(choice)))
            .as(kinds.get(i))
            .isEqualTo(new ReplayResult.Matches(outcome.traceRoot()));
      }
      Json.Arr choices =
          Answers.choices(
              walked.request(),
              model,
              walked.outcomes().stream().map(Outcome::output).toList(),
              walked.reasons());
      if (sensible) {
        check((ChatRequest) walked.request(), walked, choices, kinds.get(i));
      }
    }
  }

  /** What a model that knows when to stop has to keep to. */
  private static void check(ChatRequest request, Walked walked, Json.Arr choices, String what) {
    for (int i = 0; i < choices.items().size(); i++) {
      Json.Obj choice = (Json.Obj) choices.items().get(i);
      Json.Obj message = (Json.Obj) choice.get("message").orElseThrow();
      boolean ended = walked.reasons().get(i) == FinishReason.STOP;
      if (!ended) {
        continue;
      }
      if (!(request.responseFormat() instanceof ResponseFormat.Text)) {
        var content = (Json.Str) message.get("content").orElseThrow();
        assertThat(Json.parse(content.value())).as(what).isInstanceOf(Json.Obj.class);
      }
      if (request.toolChoice().mode() == ToolChoice.Mode.REQUIRED) {
        assertThat(choice.get("finish_reason")).as(what).contains(Json.of("tool_calls"));
        var calls = (Json.Arr) message.get("tool_calls").orElseThrow();
        assertThat(calls.items()).isNotEmpty();
        for (Json call : calls.items()) {
          Json.Obj function = (Json.Obj) ((Json.Obj) call).get("function").orElseThrow();
          var name = (Json.Str) function.get("name").orElseThrow();
          assertThat(request.toolChoice().allowed()).contains(name.value());
          var arguments = (Json.Str) function.get("arguments").orElseThrow();
          assertThat(Json.parse(arguments.value())).isInstanceOf(Json.Obj.class);
        }
      }
    }
  }

  private static GenerationEvent.Finished finish(Generation generation)
      throws InterruptedException {
    while (true) {
      switch (generation.next()) {
        case GenerationEvent.Token _ -> {}
        case GenerationEvent.Finished finished -> {
          return finished;
        }
        case GenerationEvent.Failed failed -> throw new AssertionError(failed.message());
      }
    }
  }
}
