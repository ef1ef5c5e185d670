// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.lane;

import dev.freehold.evidence.Kind;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A part of a lane's answer: what is taken of what a server says, and nothing else.
 *
 * @param choices objects in OpenAI's form; of embeddings their {@code data}
 * @param usageOrNull what it says it counted
 */
public record LaneEvent(Json.Arr choices, Json.@Nullable Obj usageOrNull) {
  /**
   * Checks the choices.
   *
   * @throws IllegalArgumentException if one is no object
   */
  public LaneEvent {
    if (!choices.items().stream().allMatch(Json.Obj.class::isInstance)) {
      throw new IllegalArgumentException("a choice that is no object");
    }
  }

  /** What it says it counted. */
  public Optional<Json.Obj> usage() {
    return Optional.ofNullable(usageOrNull);
  }

  /** True where a choice says how it ended. */
  public boolean finishes() {
    return choices.items().stream()
        .anyMatch(
            choice ->
                choice instanceof Json.Obj object
                    && object.get("finish_reason").orElse(Json.Null.VALUE) instanceof Json.Str);
  }

  /**
   * Checks that its choices are of the kind that was asked for, so that no client stumbles.
   *
   * @throws MalformedException if they aren't
   */
  public void require(Kind kind, boolean stream) throws MalformedException {
    for (Json choice : choices.items()) {
      Members from = new Members("a choice", choice);
      switch (kind) {
        case CHAT -> from.members(stream ? "delta" : "message");
        case COMPLETION -> from.string("text");
        case EMBEDDING -> {
          from.count("index", 0);
          if (!(from.value("embedding") instanceof Json.Arr)) {
            from.string("embedding");
          }
        }
      }
    }
  }

  Json.Obj toJson() {
    return Json.object().put("choices", choices).put("usage", usageOrNull).build();
  }

  /** What a message says, or a server of a chat or a completion: other members are left out. */
  public static LaneEvent of(Json said) throws MalformedException {
    return of(said, "choices");
  }

  /** What a server said of what was asked: other members are left out. */
  public static LaneEvent of(Json said, Kind asked) throws MalformedException {
    return of(said, asked == Kind.EMBEDDING ? "data" : "choices");
  }

  private static LaneEvent of(Json said, String name) throws MalformedException {
    Members from = new Members("what it says", said);
    boolean counted = from.has("usage") && !(from.value("usage") instanceof Json.Null);
    try {
      return new LaneEvent(from.array(name), counted ? from.members("usage") : null);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(String.valueOf(e.getMessage()));
    }
  }
}
