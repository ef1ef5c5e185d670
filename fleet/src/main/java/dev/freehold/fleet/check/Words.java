// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.check;

import dev.freehold.record.Json;

/** What a chunk of a stream adds to its choice: every text in it, log probabilities aside. */
public final class Words {
  private Words() {}

  /** The texts of an entry of a chunk's {@code choices}, one after the other. */
  public static String of(Json.Obj chunk) {
    StringBuilder words = new StringBuilder();
    add(chunk.get("delta").orElse(Json.Null.VALUE), words);
    add(chunk.get("text").orElse(Json.Null.VALUE), words);
    return words.toString();
  }

  private static void add(Json value, StringBuilder to) {
    switch (value) {
      case Json.Str text -> to.append(text.value());
      case Json.Arr array -> array.items().forEach(item -> add(item, to));
      case Json.Obj object -> object.members().values().forEach(member -> add(member, to));
      default -> {}
    }
  }
}
