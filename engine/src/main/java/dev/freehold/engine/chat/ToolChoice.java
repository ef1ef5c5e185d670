// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Whether the model may or must call tools.
 *
 * @param allowed names of the tools it may call; the template shows it all of them
 * @param parallel whether it may call several at once
 */
public record ToolChoice(Mode mode, Set<String> allowed, boolean parallel) {
  /** May it, must it. */
  public enum Mode {
    /** It may not call any tool. */
    NONE,
    /** The model decides. */
    AUTO,
    /** It must call at least one tool. */
    REQUIRED
  }

  /** Copies the names. */
  public ToolChoice {
    allowed = Set.copyOf(allowed);
  }

  static ToolChoice parse(Fields fields, Set<String> tools) {
    boolean parallel = fields.bool("parallel_tool_calls", true);
    var given = fields.get("tool_choice");
    if (given.isEmpty()) {
      return new ToolChoice(tools.isEmpty() ? Mode.NONE : Mode.AUTO, tools, parallel);
    }
    if (given.get() instanceof Json.Str word) {
      Mode mode = mode(word.value(), "tool_choice", true);
      if (tools.isEmpty() && mode == Mode.REQUIRED) {
        throw Fields.invalid("tool_choice", "a tool is required, but 'tools' names none.");
      }
      return new ToolChoice(tools.isEmpty() ? Mode.NONE : mode, tools, parallel);
    }
    Fields choice = Fields.of(given.get(), "tool_choice");
    String type = choice.requireString("type");
    return switch (type) {
      case "function" -> new ToolChoice(Mode.REQUIRED, Set.of(function(choice, tools)), parallel);
      case "allowed_tools" -> {
        Fields allowed = Fields.of(choice.require("allowed_tools"), choice.name("allowed_tools"));
        Mode mode = mode(allowed.requireString("mode"), allowed.name("mode"), false);
        List<Json> items = Fields.array(allowed.require("tools"), allowed.name("tools"));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
          names.add(function(Fields.of(items.get(i), allowed.name("tools[" + i + "]")), tools));
        }
        if (names.isEmpty()) {
          throw Fields.invalid(allowed.name("tools"), "it names no tool.");
        }
        yield new ToolChoice(mode, Set.copyOf(Set.of(names.toArray(new String[0]))), parallel);
      }
      default ->
          throw Fields.invalid(
              "tool_choice.type", "'" + type + "' is neither 'function' nor 'allowed_tools'.");
    };
  }

  private static String function(Fields choice, Set<String> tools) {
    String type = choice.requireString("type");
    if (!type.equals("function")) {
      throw Fields.invalid(choice.name("type"), "only tools of type 'function' are known.");
    }
    Fields function = Fields.of(choice.require("function"), choice.name("function"));
    String name = function.requireString("name");
    if (!tools.contains(name)) {
      throw Fields.invalid(function.name("name"), "'tools' has no function '" + name + "'.");
    }
    return name;
  }

  private static Mode mode(String word, String name, boolean none) {
    return switch (word) {
      case "auto" -> Mode.AUTO;
      case "required" -> Mode.REQUIRED;
      case "none" -> {
        if (none) {
          yield Mode.NONE;
        }
        throw Fields.invalid(name, "expected 'auto' or 'required'.");
      }
      default ->
          throw Fields.invalid(
              name, "'" + word + "' is none of " + (none ? "none, " : "") + "auto, required.");
    };
  }
}
