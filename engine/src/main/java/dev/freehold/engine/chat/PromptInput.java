// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.List;

/** One prompt of a text completion or embedding, as the client gave it. */
public sealed interface PromptInput {
  /** Plain text: it never becomes a special token. */
  record Text(String text) implements PromptInput {}

  /** Token numbers, passed on as they are. */
  record Tokens(List<Integer> tokens) implements PromptInput {
    /** Copies the list. */
    public Tokens {
      tokens = List.copyOf(tokens);
    }
  }

  /** Prompts that one request may hold. */
  int MAX_PROMPTS = 2048;

  /** A string, a list of strings, a list of tokens, or a list of lists of tokens. */
  static List<PromptInput> parse(Json value, String name) {
    List<PromptInput> prompts = new ArrayList<>();
    if (value instanceof Json.Arr array && !array.items().isEmpty()) {
      if (array.items().getFirst() instanceof Json.Num) {
        prompts.add(tokens(array, name));
      } else {
        for (int i = 0; i < array.items().size(); i++) {
          String item = name + "[" + i + "]";
          prompts.add(
              array.items().get(i) instanceof Json.Arr inner
                  ? tokens(inner, item)
                  : text(array.items().get(i), item));
        }
      }
    } else {
      prompts.add(text(value, name));
    }
    if (prompts.size() > MAX_PROMPTS) {
      throw new BadRequest(
          "Invalid '" + name + "': at most " + MAX_PROMPTS + " prompts in one request.",
          name,
          "array_above_max_length");
    }
    return prompts;
  }

  private static PromptInput text(Json value, String name) {
    if (value instanceof Json.Arr) {
      throw Fields.invalid(name, "it is empty; give a string or at least one token.");
    }
    String text = Fields.string(value, name);
    if (text.isEmpty()) {
      throw Fields.invalid(name, "it is empty; give at least one character.");
    }
    return new Text(text);
  }

  private static PromptInput tokens(Json.Arr array, String name) {
    List<Integer> tokens = new ArrayList<>(array.items().size());
    for (int i = 0; i < array.items().size(); i++) {
      tokens.add(
          (int) Fields.whole(array.items().get(i), name + "[" + i + "]", 0, Integer.MAX_VALUE));
    }
    if (tokens.isEmpty()) {
      throw Fields.invalid(name, "it is empty; give at least one token.");
    }
    return new Tokens(tokens);
  }
}
