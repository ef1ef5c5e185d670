// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.engine.generate.AnswerText;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.StopStrings;
import dev.freehold.engine.grammar.ToolCall;
import dev.freehold.engine.grammar.ToolReader;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One choice of an answer, built token by token. It gives the {@code choices} entry of each chunk
 * of a stream; the deltas of all chunks add up to {@link #choice}. Call {@link #start}, then {@link
 * #push} for each token, then {@link #finish}. One thread at a time.
 */
public final class AnswerStream {
  private final Request request;
  private final LoadedModel model;
  private final int index;
  private final AnswerText text;
  private final StopStrings stops;
  private final Optional<ToolReader> reader;
  private final Logprobs logprobs;
  private boolean trimming;

  /** The text so far, as far as no stop string can claim it; what was given out is its start. */
  private final StringBuilder content = new StringBuilder();

  private int given;
  private List<ToolCall> calls = List.of();

  /** How much of each call's arguments was given out. */
  private final List<Integer> givenOfCalls = new ArrayList<>();

  private FinishReason reason = FinishReason.CANCELLED;

  /**
   * @param index of the choice in the response
   */
  public AnswerStream(Request request, LoadedModel model, int index) {
    this.request = request;
    this.model = model;
    this.index = index;
    text = request instanceof ChatRequest ? model.answerText() : model.continuationText();
    stops = new StopStrings(Prompting.stops(request, model));
    reader = Prompting.toolForm(request, model).map(ToolReader::new);
    logprobs = new Logprobs(request, model.tokenizer());
    // After "Assistant:" an answer in plain text begins with a space.
    trimming = request instanceof ChatRequest && model.template().isEmpty();
  }

  /** The chunks before the first token. */
  public List<Json.Obj> start() {
    return switch (request) {
      case ChatRequest _ -> List.of(chunk(Json.object().put("role", "assistant").build()));
      case CompletionRequest completion -> {
        if (completion.echo()) {
          int prompt = index / completion.decoding().n();
          content.append(
              switch (completion.prompts().get(prompt)) {
                case PromptInput.Text plain -> plain.text();
                case PromptInput.Tokens tokens ->
                    model
                        .tokenizer()
                        .decode(tokens.tokens().stream().mapToInt(Integer::intValue).toArray());
              });
        }
        yield chunks();
      }
      case EmbeddingRequest _ -> List.of();
    };
  }

  /** Takes the next token; gives the chunks that it completes, often one, maybe none. */
  public List<Json.Obj> push(GenerationEvent.Token token) {
    logprobs.add(token);
    if (!model.text().isEnd(token.token())) {
      append(stops.push(text.push(token.token())));
    }
    return chunks();
  }

  /** Ends the answer; gives the last chunks, of which the very last has the reason. */
  public List<Json.Obj> finish(FinishReason why) {
    append(stops.push(text.finish()));
    if (!stops.found()) {
      append(stops.finish());
    }
    reason = why;
    if (!calls.isEmpty()) {
      content.setLength(Math.max(given, said()));
    }
    List<Json.Obj> last = new ArrayList<>();
    boolean nothing = given == 0 && content.isEmpty() && calls.isEmpty();
    if (content.length() > given || nothing) {
      last.add(give(content.length()));
    }
    last.addAll(callChunks());
    Json.Obj empty = request instanceof ChatRequest ? chunk(Json.object().build()) : textChunk("");
    if (logprobs.pending()) {
      last.add(empty.with("logprobs", logprobs.take()));
    }
    last.add(empty.with("finish_reason", Json.of(word())));
    return last;
  }

  /** The whole choice, without log probabilities: what a response digest is over. */
  public Json.Obj choice() {
    Json.Builder choice = Json.object().put("index", index);
    if (request instanceof ChatRequest) {
      Json.Builder message =
          Json.object()
              .put("role", "assistant")
              .put(
                  "content",
                  calls.isEmpty() || !content.isEmpty()
                      ? Json.of(content.toString())
                      : Json.Null.VALUE)
              .put("refusal", Json.Null.VALUE);
      if (!calls.isEmpty()) {
        message.put("tool_calls", Json.array(toolCalls()));
      }
      choice.put("message", message.build());
    } else {
      choice.put("text", content.toString());
    }
    return choice.put("finish_reason", word()).build();
  }

  /** The whole choice with its log probabilities, null where the request wanted none. */
  public Json.Obj choiceWithLogprobs() {
    return choice().with("logprobs", logprobs.all());
  }

  private String word() {
    boolean called = !calls.isEmpty() && calls.getLast().whole() && reason == FinishReason.STOP;
    return (called ? FinishReason.TOOL_CALLS : reason).word();
  }

  private void append(String piece) {
    String added = trimming ? piece.stripLeading() : piece;
    trimming = trimming && added.isEmpty();
    content.append(added);
    reader.ifPresent(
        calling -> {
          calling.push(added);
          calls = calling.calls();
        });
  }

  private List<Json.Obj> chunks() {
    List<Json.Obj> chunks = new ArrayList<>();
    int safe = said();
    if (safe > given) {
      chunks.add(give(safe));
    }
    chunks.addAll(callChunks());
    return chunks;
  }

  /** How much of the text surely stands before any tool call, without the space around it. */
  private int said() {
    if (reader.isEmpty()) {
      return content.length();
    }
    int safe = Math.min(content.length(), reader.get().spoken());
    while (safe > given && Character.isWhitespace(content.charAt(safe - 1))) {
      safe--;
    }
    return safe;
  }

  /** For each call its name as soon as that is sure, and then its arguments piece by piece. */
  private List<Json.Obj> callChunks() {
    List<Json.Obj> chunks = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      ToolCall call = calls.get(i);
      if (i == givenOfCalls.size()) {
        givenOfCalls.add(0);
        chunks.add(callChunk(item(Json.object().put("index", i), i, call.name(), "")));
      }
      int from = givenOfCalls.get(i);
      if (call.arguments().length() > from) {
        givenOfCalls.set(i, call.arguments().length());
        Json.Obj more = Json.object().put("arguments", call.arguments().substring(from)).build();
        chunks.add(
            callChunk(Json.object().put("index", i).put("function", more).build())
                .with("logprobs", logprobs.take()));
      }
    }
    return chunks;
  }

  private Json.Obj callChunk(Json.Obj item) {
    return chunk(Json.object().put("tool_calls", Json.array(item)).build());
  }

  private Json.Obj give(int to) {
    String piece = content.substring(given, to);
    given = to;
    Json.Obj chunk =
        request instanceof ChatRequest
            ? chunk(Json.object().put("content", piece).build())
            : textChunk(piece);
    return chunk.with("logprobs", logprobs.take());
  }

  private Json.Obj chunk(Json.Obj delta) {
    return Json.object()
        .put("index", index)
        .put("delta", delta)
        .put("logprobs", Json.Null.VALUE)
        .put("finish_reason", Json.Null.VALUE)
        .build();
  }

  private Json.Obj textChunk(String piece) {
    return Json.object()
        .put("index", index)
        .put("text", piece)
        .put("logprobs", Json.Null.VALUE)
        .put("finish_reason", Json.Null.VALUE)
        .build();
  }

  private List<Json> toolCalls() {
    List<Json> items = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      items.add(item(Json.object(), i, calls.get(i).name(), calls.get(i).arguments()));
    }
    return items;
  }

  private Json.Obj item(Json.Builder head, int call, String name, String arguments) {
    return head.put("id", callId(call))
        .put("type", "function")
        .put("function", Json.object().put("name", name).put("arguments", arguments).build())
        .build();
  }

  /** Calls are named by the request and their place in the answer, so that a replay agrees. */
  private String callId(int call) {
    Digest digest =
        Digest.sha256(
            CanonicalJson.bytes(request.body()),
            ("/" + index + "/" + call).getBytes(StandardCharsets.UTF_8));
    return "call_" + digest.hex().substring(0, 24);
  }
}
