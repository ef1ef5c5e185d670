// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.record.Json;
import java.util.regex.Pattern;

/**
 * A function that the model may call.
 *
 * @param name 1 to 64 letters, digits, underscores, hyphens and dots
 * @param description what it does, for the model; may be empty
 * @param parameters the JSON Schema of its arguments, an object
 * @param strict true: a schema keyword that can't be enforced is an error; false: it is ignored, so
 *     that arguments always parse but may break that keyword
 */
public record Tool(String name, String description, Json.Obj parameters, boolean strict) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  /** Checks the name. */
  public Tool {
    if (!NAME.matcher(name).matches()) {
      throw new GrammarException(
          "'"
              + name
              + "' is not a function name: use 1 to 64 of letters, digits, '_', '-' and '.'");
    }
  }
}
