// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import dev.freehold.evidence.action.Action;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.mandate.Proposal;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * A request to a model, read strictly: what a policy looks at. A text that two readers could take
 * for different requests (a name that stands twice, two limits for one thing) is refused.
 */
final class ModelRequest {
  private static final String MAX_TOKENS = "max_tokens";
  private static final String MAX_COMPLETION_TOKENS = "max_completion_tokens";

  private final Json.Obj body;
  private final boolean answers;
  private final String limitName;

  private ModelRequest(Json.Obj body, boolean answers) {
    this.body = body;
    this.answers = answers;
    this.limitName = present(MAX_COMPLETION_TOKENS) ? MAX_COMPLETION_TOKENS : MAX_TOKENS;
  }

  /**
   * Reads a request's body.
   *
   * @param answers whether it asks for output tokens (an embedding does not)
   * @throws Refusal if it is none
   */
  static ModelRequest read(byte[] bytes, boolean answers) {
    try {
      if (!(Json.parse(bytes) instanceof Json.Obj object)) {
        throw Refusal.badRequest("the request's body is not a JSON object");
      }
      ModelRequest request = new ModelRequest(object, answers);
      if (request.present(MAX_TOKENS) && request.present(MAX_COMPLETION_TOKENS)) {
        throw Refusal.badRequest("give either max_tokens or max_completion_tokens");
      }
      return request;
    } catch (JsonException e) {
      throw Refusal.badRequest("the request's body is not strict JSON: " + e.getMessage());
    }
  }

  private boolean present(String name) {
    return body.get(name).filter(v -> !(v instanceof Json.Null)).isPresent();
  }

  boolean stream() {
    return body.get("stream").filter(Json.of(true)::equals).isPresent();
  }

  Proposal proposal(String peer, String path, Classification classification) {
    OptionalLong output = OptionalLong.of(0);
    if (answers) {
      output =
          present(limitName)
              ? OptionalLong.of(number(limitName, 0, 1L << 40))
              : OptionalLong.empty();
    }
    long count = Math.max(present("n") ? number("n", 1, 4096) : 1, bestOf());
    return new Proposal(
        new Action(EffectKind.MODEL_CALL, "POST " + peer + path, classification, 0),
        peer,
        model(),
        tools(),
        output,
        count,
        "");
  }

  private String model() {
    if (body.get("model").orElse(Json.Null.VALUE) instanceof Json.Str(String name)) {
      return name;
    }
    throw Refusal.badRequest("name the model: the member 'model' is missing or no string");
  }

  private long bestOf() {
    return present("best_of") ? number("best_of", 1, 4096) : 1;
  }

  private long number(String name, long least, long most) {
    if (body.get(name).orElse(Json.Null.VALUE) instanceof Json.Num number
        && number.isSafeInteger()
        && number.value() >= least
        && number.value() <= most) {
      return (long) number.value();
    }
    throw Refusal.badRequest("'" + name + "' is not a whole number from " + least + " to " + most);
  }

  /** The names of all tools that the model is offered; one without a name goes by its type. */
  private List<String> tools() {
    List<String> names = new ArrayList<>();
    for (String list : new String[] {"tools", "functions"}) {
      if (!present(list)) {
        continue;
      }
      if (!(body.get(list).orElseThrow() instanceof Json.Arr array)) {
        throw Refusal.badRequest("'" + list + "' is not an array");
      }
      for (Json item : array.items()) {
        names.add(toolName(item));
      }
    }
    return names;
  }

  private static String toolName(Json item) {
    if (item instanceof Json.Obj tool) {
      if (tool.get("function").orElse(Json.Null.VALUE) instanceof Json.Obj function
          && function.get("name").orElse(Json.Null.VALUE) instanceof Json.Str(String name)) {
        return name;
      }
      for (String member : new String[] {"name", "type"}) {
        if (tool.get(member).orElse(Json.Null.VALUE) instanceof Json.Str(String name)) {
          return name;
        }
      }
    }
    throw Refusal.badRequest("a tool has neither name nor type");
  }

  /** The same request with at most so many output tokens in an answer. */
  byte[] narrowed(long output) {
    return body.with(limitName, Json.of(output)).write().getBytes(StandardCharsets.UTF_8);
  }
}
