// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.sampling.Sampled;
import dev.freehold.engine.tokenizer.Tokenizer;
import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Log probabilities in OpenAI's two shapes: those of a chunk, and those of the whole answer. */
final class Logprobs {
  /** What OpenAI reports for the impossible; JSON has no infinity. */
  private static final float LEAST = -9999f;

  private final boolean chat;
  private final boolean wanted;
  private final Tokenizer tokenizer;
  private final List<GenerationEvent.Token> tokens = new ArrayList<>();
  private int taken;

  Logprobs(Request request, Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    chat = request instanceof ChatRequest;
    wanted =
        switch (request) {
          case ChatRequest chatRequest -> chatRequest.decoding().topLogprobs() >= 0;
          case CompletionRequest completion -> completion.decoding().topLogprobs() >= 0;
          case EmbeddingRequest _ -> false;
        };
  }

  /** Takes the next token of the answer; one that ends it has no text and is not reported. */
  void add(GenerationEvent.Token token) {
    if (wanted && !Float.isNaN(token.logprob()) && !tokenizer.isControl(token.token())) {
      tokens.add(token);
    }
  }

  boolean pending() {
    return taken < tokens.size();
  }

  /** Those that no chunk has had yet. */
  Json take() {
    int from = taken;
    taken = tokens.size();
    return json(from);
  }

  Json all() {
    return json(0);
  }

  private Json json(int from) {
    if (!wanted) {
      return Json.Null.VALUE;
    }
    List<GenerationEvent.Token> some = tokens.subList(from, tokens.size());
    return chat ? chatShape(some) : completionShape(from, some);
  }

  private Json chatShape(List<GenerationEvent.Token> some) {
    List<Json> content = new ArrayList<>();
    for (GenerationEvent.Token token : some) {
      List<Json> top = new ArrayList<>();
      for (Sampled.Alternative alternative : token.top()) {
        top.add(entry(alternative.token(), alternative.logprob()).build());
      }
      content.add(
          entry(token.token(), token.logprob()).put("top_logprobs", Json.array(top)).build());
    }
    return Json.object()
        .put("content", Json.array(content))
        .put("refusal", Json.Null.VALUE)
        .build();
  }

  private Json.Builder entry(int token, float logprob) {
    List<Json> bytes = new ArrayList<>();
    for (byte b : tokenizer.bytes(token)) {
      bytes.add(Json.of(Byte.toUnsignedInt(b)));
    }
    return Json.object()
        .put("token", text(token))
        .put("logprob", value(logprob))
        .put("bytes", Json.array(bytes));
  }

  private Json completionShape(int from, List<GenerationEvent.Token> some) {
    List<Json> texts = new ArrayList<>();
    List<Json> values = new ArrayList<>();
    List<Json> tops = new ArrayList<>();
    List<Json> offsets = new ArrayList<>();
    int offset = 0;
    for (GenerationEvent.Token before : tokens.subList(0, from)) {
      offset += text(before.token()).length();
    }
    for (GenerationEvent.Token token : some) {
      String text = text(token.token());
      texts.add(Json.of(text));
      values.add(value(token.logprob()));
      offsets.add(Json.of(offset));
      offset += text.length();
      Map<String, Json> top = new LinkedHashMap<>();
      for (Sampled.Alternative alternative : token.top()) {
        top.putIfAbsent(text(alternative.token()), value(alternative.logprob()));
      }
      tops.add(new Json.Obj(top));
    }
    return Json.object()
        .put("tokens", Json.array(texts))
        .put("token_logprobs", Json.array(values))
        .put("top_logprobs", Json.array(tops))
        .put("text_offset", Json.array(offsets))
        .build();
  }

  private String text(int token) {
    return tokenizer.isControl(token)
        ? tokenizer.name(token)
        : new String(tokenizer.bytes(token), StandardCharsets.UTF_8);
  }

  private static Json value(float logprob) {
    return Answers.number(Math.max(logprob, LEAST));
  }
}
