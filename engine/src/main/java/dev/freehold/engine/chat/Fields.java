// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads the members of one JSON object strictly, in OpenAI's error words, and remembers which ones
 * were asked for. A member that is {@code null} counts as absent, as OpenAI's clients expect.
 */
final class Fields {
  private final Json.Obj object;
  private final String path;
  private final Set<String> asked = new LinkedHashSet<>();

  private Fields(Json.Obj object, String path) {
    this.object = object;
    this.path = path;
  }

  static Fields of(Json value, String path) {
    if (value instanceof Json.Obj object) {
      return new Fields(object, path);
    }
    throw wrongType(path.isEmpty() ? "the body" : path, "an object", value, path);
  }

  Json.Obj object() {
    return object;
  }

  /** The name of a member as error messages give it. */
  String name(String member) {
    return path.isEmpty() ? member : path + "." + member;
  }

  /** Members that nobody asked for. */
  List<String> ignored() {
    List<String> left = new ArrayList<>();
    for (String member : object.members().keySet()) {
      if (!asked.contains(member)) {
        left.add(name(member));
      }
    }
    return left;
  }

  Optional<Json> get(String member) {
    asked.add(member);
    return object.get(member).filter(value -> !(value instanceof Json.Null));
  }

  Json require(String member) {
    return get(member)
        .orElseThrow(
            () ->
                new BadRequest(
                    "Missing required parameter: '" + name(member) + "'.",
                    name(member),
                    "missing_required_parameter"));
  }

  Optional<String> string(String member) {
    return get(member).map(value -> string(value, name(member)));
  }

  String requireString(String member) {
    return string(require(member), name(member));
  }

  static String string(Json value, String name) {
    if (value instanceof Json.Str string) {
      return string.value();
    }
    throw wrongType(name, "a string", value, name);
  }

  Optional<Boolean> bool(String member) {
    return get(member)
        .map(
            value -> {
              if (value instanceof Json.Bool bool) {
                return bool.value();
              }
              throw wrongType(name(member), "a boolean", value, name(member));
            });
  }

  boolean bool(String member, boolean absent) {
    return bool(member).orElse(absent);
  }

  OptionalInt integer(String member, int min, int max) {
    Optional<Json> value = get(member);
    return value.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of((int) whole(value.get(), name(member), min, max));
  }

  static long whole(Json value, String name, long min, long max) {
    if (!(value instanceof Json.Num number) || !number.integral() || !number.isSafeInteger()) {
      throw wrongType(name, "an integer", value, name);
    }
    long whole = (long) number.value();
    if (whole < min || whole > max) {
      throw new BadRequest(
          "Invalid '"
              + name
              + "': expected an integer from "
              + min
              + " to "
              + max
              + ", but got "
              + whole
              + " instead.",
          name,
          whole < min ? "integer_below_min_value" : "integer_above_max_value");
    }
    return whole;
  }

  Optional<List<Json>> array(String member) {
    return get(member).map(value -> array(value, name(member)));
  }

  static List<Json> array(Json value, String name) {
    if (value instanceof Json.Arr array) {
      return array.items();
    }
    throw wrongType(name, "an array", value, name);
  }

  /** Refuses a member whose meaning can't be honoured, unless it is absent. */
  void refuse(String member, String why) {
    if (get(member).isPresent()) {
      throw unsupported(name(member), why);
    }
  }

  static BadRequest unsupported(String name, String why) {
    return new BadRequest(
        "Unsupported parameter: '" + name + "': " + why, name, "unsupported_parameter");
  }

  static BadRequest invalid(String name, String why) {
    return new BadRequest("Invalid value for '" + name + "': " + why, name, "invalid_value");
  }

  static BadRequest wrongType(String what, String expected, Json value, String name) {
    String found =
        switch (value) {
          case Json.Obj _ -> "an object";
          case Json.Arr _ -> "an array";
          case Json.Str _ -> "a string";
          case Json.Num number -> number.integral() ? "an integer" : "a number";
          case Json.Bool _ -> "a boolean";
          case Json.Null _ -> "null";
        };
    return new BadRequest(
        "Invalid type for '"
            + what
            + "': expected "
            + expected
            + ", but got "
            + found
            + " instead.",
        name.isEmpty() ? null : name,
        "invalid_type");
  }
}
