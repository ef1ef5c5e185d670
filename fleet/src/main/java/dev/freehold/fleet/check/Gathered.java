// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.check;

import dev.freehold.record.Json;
import dev.freehold.record.Json.Obj;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The chunks of a stream, added up to what they say. One thread at a time. */
final class Gathered {
  private static final class Call {
    private String id = "";
    private String name = "";
    private final StringBuilder arguments = new StringBuilder();
  }

  private static final class Choice {
    private final StringBuilder text = new StringBuilder();
    private final Map<Integer, Call> calls = new TreeMap<>();
    private String finish = "";
  }

  private final Map<Integer, Choice> choices = new TreeMap<>();

  /** Adds an entry of a chunk's {@code choices}. */
  void add(Obj chunk) {
    Choice choice = choices.computeIfAbsent(number(chunk, "index"), _ -> new Choice());
    choice.text.append(text(chunk, "text"));
    choice.finish += text(chunk, "finish_reason");
    if (chunk.get("delta").orElse(Json.Null.VALUE) instanceof Obj delta) {
      choice.text.append(text(delta, "content"));
      for (Obj item : objects(delta, "tool_calls")) {
        Call call = choice.calls.computeIfAbsent(number(item, "index"), _ -> new Call());
        call.id += text(item, "id");
        if (item.get("function").orElse(Json.Null.VALUE) instanceof Obj function) {
          call.name += text(function, "name");
          call.arguments.append(text(function, "arguments"));
        }
      }
    }
  }

  /** Why these chunks are not of this response; empty where they are. */
  Optional<String> difference(Json.Arr response) {
    List<Obj> due = new ArrayList<>();
    for (int i = 0; i < response.items().size(); i++) {
      if (!(response.items().get(i) instanceof Obj choice) || number(choice, "index") != i) {
        return Optional.of("the response's choice " + i + " is none");
      }
      due.add(choice);
    }
    for (int index : choices.keySet()) {
      if (index < 0 || index >= due.size()) {
        return Optional.of("the stream has a choice " + index + ", the response hasn't");
      }
    }
    for (int i = 0; i < due.size(); i++) {
      Choice got = choices.getOrDefault(i, new Choice());
      if (!says(got, due.get(i))) {
        return Optional.of("the stream says something else than the response in choice " + i);
      }
    }
    return Optional.empty();
  }

  private static boolean says(Choice got, Obj due) {
    if (!got.finish.equals(text(due, "finish_reason"))) {
      return false;
    }
    if (!(due.get("message").orElse(Json.Null.VALUE) instanceof Obj message)) {
      return got.text.toString().equals(text(due, "text")) && got.calls.isEmpty();
    }
    List<Obj> calls = objects(message, "tool_calls");
    if (!got.text.toString().equals(text(message, "content")) || got.calls.size() != calls.size()) {
      return false;
    }
    for (int i = 0; i < calls.size(); i++) {
      Call call = got.calls.get(i);
      if (call == null
          || !call.id.equals(text(calls.get(i), "id"))
          || !(calls.get(i).get("function").orElse(Json.Null.VALUE) instanceof Obj function)
          || !call.name.equals(text(function, "name"))
          || !call.arguments.toString().equals(text(function, "arguments"))) {
        return false;
      }
    }
    return true;
  }

  private static String text(Obj object, String name) {
    return object.get(name).orElse(Json.Null.VALUE) instanceof Json.Str text ? text.value() : "";
  }

  private static int number(Obj object, String name) {
    return object.get(name).orElse(Json.Null.VALUE) instanceof Json.Num number && number.integral()
        ? (int) number.value()
        : -1;
  }

  private static List<Obj> objects(Obj object, String name) {
    List<Obj> objects = new ArrayList<>();
    if (object.get(name).orElse(Json.Null.VALUE) instanceof Json.Arr array) {
      for (Json item : array.items()) {
        if (item instanceof Obj one) {
          objects.add(one);
        }
      }
    }
    return objects;
  }
}
