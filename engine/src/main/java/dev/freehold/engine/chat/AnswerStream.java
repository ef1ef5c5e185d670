// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.engine.generate.AnswerText;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.StopStrings;
import dev.freehold.engine.grammar.ToolCall;
import dev.freehold.engine.grammar.ToolForm;
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
  private final Optional<ToolForm> form;
  private final Logprobs logprobs;
  private boolean trimming;

  /** The text so far, as far as no stop string can claim it; what was given out is its start. */
  private final StringBuilder content = new StringBuilder();

  private int given;
  private List<ToolCall> calls = List.of();
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
    form = Prompting.toolForm(request, model);
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
    if (!model.tokenBytes().isEnd(token.token())) {
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
    if (form.isPresent()) {
      calls = form.get().read(content.toString()).calls();
      if (!calls.isEmpty()) {
        content.setLength(given);
      }
    }
    List<Json.Obj> last = new ArrayList<>();
    boolean nothing = given == 0 && content.isEmpty() && calls.isEmpty();
    if (content.length() > given || nothing || logprobs.pending()) {
      last.add(give(content.length()));
    }
    if (!calls.isEmpty()) {
      last.add(chunk(Json.object().put("tool_calls", Json.array(toolCalls(true))).build()));
    }
    Json.Obj empty = request instanceof ChatRequest ? chunk(Json.object().build()) : textChunk("");
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
        message.put("tool_calls", Json.array(toolCalls(false)));
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
    return (calls.isEmpty() || reason != FinishReason.STOP ? reason : FinishReason.TOOL_CALLS)
        .word();
  }

  private void append(String piece) {
    String added = trimming ? piece.stripLeading() : piece;
    trimming = trimming && added.isEmpty();
    content.append(added);
  }

  private List<Json.Obj> chunks() {
    int safe = form.isPresent() ? beforeCalls(form.get()) : content.length();
    return safe > given ? List.of(give(safe)) : List.of();
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

  /** How much of the text surely stands before any tool call, without the space around it. */
  private int beforeCalls(ToolForm toolForm) {
    String mark = toolForm.open();
    if (mark.isEmpty()) {
      String start = content.toString().stripLeading();
      boolean call =
          start.isEmpty()
              || start.startsWith("{")
              || "<|python_tag|>".startsWith(start)
              || start.startsWith("<|python_tag|>");
      return call ? given : content.length();
    }
    int safe = content.indexOf(mark, given);
    if (safe < 0) {
      safe = content.length();
      for (int n = Math.min(mark.length() - 1, safe - given); n > 0; n--) {
        if (mark.startsWith(content.substring(safe - n))) {
          safe -= n;
          break;
        }
      }
    }
    while (safe > given && Character.isWhitespace(content.charAt(safe - 1))) {
      safe--;
    }
    return safe;
  }

  private List<Json> toolCalls(boolean numbered) {
    List<Json> items = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      Json.Builder item = Json.object();
      if (numbered) {
        item.put("index", i);
      }
      items.add(
          item.put("id", callId(i))
              .put("type", "function")
              .put(
                  "function",
                  Json.object()
                      .put("name", calls.get(i).name())
                      .put("arguments", calls.get(i).arguments().write())
                      .build())
              .build());
    }
    return items;
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
