// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.record.Json;

/** The form that an answer's text must have. */
public sealed interface ResponseFormat {
  /** Any text. */
  record Text() implements ResponseFormat {}

  /** One JSON object. */
  record JsonObject() implements ResponseFormat {}

  /** One JSON value that fits a schema. */
  record JsonSchema(String name, Json schema) implements ResponseFormat {}

  static ResponseFormat parse(Fields fields) {
    var given = fields.get("response_format");
    if (given.isEmpty()) {
      return new Text();
    }
    Fields format = Fields.of(given.get(), "response_format");
    String type = format.requireString("type");
    return switch (type) {
      case "text" -> new Text();
      case "json_object" -> new JsonObject();
      case "json_schema" -> {
        Fields schema = Fields.of(format.require("json_schema"), format.name("json_schema"));
        String name = schema.requireString("name");
        if (!name.matches("[a-zA-Z0-9_-]{1,64}")) {
          throw Fields.invalid(
              schema.name("name"), "a name has 1 to 64 letters, digits, underscores and dashes.");
        }
        schema.string("description");
        schema.bool("strict");
        yield new JsonSchema(name, schema.get("schema").orElse(Json.object().build()));
      }
      default ->
          throw Fields.invalid(
              format.name("type"), "'" + type + "' is none of text, json_object, json_schema.");
    };
  }
}
