// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.record.Json;
import java.util.List;

/** One request of the OpenAI API, decoded and checked. Only the model's own limits are left. */
public sealed interface Request permits ChatRequest, CompletionRequest, EmbeddingRequest {
  /** The path of chat completions. */
  String CHAT = "/v1/chat/completions";

  /** The path of text completions. */
  String COMPLETIONS = "/v1/completions";

  /** The path of embeddings. */
  String EMBEDDINGS = "/v1/embeddings";

  /** The body as it was sent: what the request digest of a receipt is over. */
  Json.Obj body();

  /** The model's name or digest, as the client gave it. */
  String model();

  /** Members of the body that have no meaning here and were ignored. */
  List<String> ignored();

  /** The path this request was sent to. */
  default String path() {
    return switch (this) {
      case ChatRequest _ -> CHAT;
      case CompletionRequest _ -> COMPLETIONS;
      case EmbeddingRequest _ -> EMBEDDINGS;
    };
  }

  /** True if the answer is to be streamed. */
  default boolean stream() {
    return switch (this) {
      case ChatRequest chat -> chat.decoding().stream();
      case CompletionRequest completion -> completion.decoding().stream();
      case EmbeddingRequest _ -> false;
    };
  }

  /**
   * Decodes a body. Members that OpenAI documents are honoured, or refused where their meaning
   * can't be honoured; members that it doesn't know are ignored and listed.
   *
   * @param path {@link #CHAT}, {@link #COMPLETIONS} or {@link #EMBEDDINGS}
   * @throws BadRequest naming the member that is wrong
   */
  static Request parse(String path, Json body) {
    return switch (path) {
      case CHAT -> ChatRequest.parse(body);
      case COMPLETIONS -> CompletionRequest.parse(body);
      case EMBEDDINGS -> EmbeddingRequest.parse(body);
      default -> throw new BadRequest("Unknown request path: " + path, null, "unknown_url");
    };
  }
}
