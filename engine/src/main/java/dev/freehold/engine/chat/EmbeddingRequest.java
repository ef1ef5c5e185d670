// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.record.Json;
import java.util.List;
import java.util.OptionalInt;

/**
 * A request for embeddings (docs/formats/embedding.md).
 *
 * @param base64 vectors are wanted as base64 of little-endian binary32 rather than as numbers
 * @param dimensions the vector length the client counts on; it has to be the model's own
 */
public record EmbeddingRequest(
    Json.Obj body,
    String model,
    List<PromptInput> input,
    boolean base64,
    OptionalInt dimensions,
    List<String> ignored)
    implements Request {
  /** Copies the lists. */
  public EmbeddingRequest {
    input = List.copyOf(input);
    ignored = List.copyOf(ignored);
  }

  static EmbeddingRequest parse(Json body) {
    Fields fields = Fields.of(body, "");
    String model = fields.requireString("model");
    List<PromptInput> input = PromptInput.parse(fields.require("input"), "input");
    String format = fields.string("encoding_format").orElse("float");
    if (!format.equals("float") && !format.equals("base64")) {
      throw Fields.invalid("encoding_format", "expected 'float' or 'base64'.");
    }
    OptionalInt dimensions = fields.integer("dimensions", 1, Integer.MAX_VALUE);
    fields.string("user");
    return new EmbeddingRequest(
        fields.object(), model, input, format.equals("base64"), dimensions, fields.ignored());
  }
}
