// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;

/** Random schemas that something can satisfy, over every keyword that is enforced. */
@NullMarked
final class RandomSchemas {
  private static final List<String> PATTERNS =
      List.of(
          "^[a-z]{2,5}$",
          "\\d+",
          "^(?:ab|c)*$",
          "^\\S+@x$",
          "^[^\"a-z]?$",
          "x|^y$",
          "^\\u00e9+",
          "é😀",
          "^[\\w.-]+\\/$",
          "^\\+?[1-9]\\d{1,14}$");
  private static final List<String> FORMATS =
      List.of("date", "time", "date-time", "uuid", "email", "ipv4", "hostname", "unknown");

  private final Random random;

  RandomSchemas(Random random) {
    this.random = random;
  }

  Json.Obj document() {
    Json.Obj defs =
        Json.object().put("d0", schema(2)).put("d1", schema(2)).put("list", list()).build();
    return ((Json.Obj) schema(3)).with("$defs", defs);
  }

  private Json list() {
    return Json.object()
        .put("type", "object")
        .put(
            "properties",
            Json.object()
                .put("head", schema(0))
                .put(
                    "tail",
                    Json.object()
                        .put(
                            "anyOf",
                            Json.array(
                                Json.object().put("$ref", "#/$defs/list").build(),
                                Json.object().put("type", "null").build()))
                        .build())
                .build())
        .put("required", Json.array(Json.of("head"), Json.of("tail")))
        .put("additionalProperties", false)
        .build();
  }

  private Json schema(int depth) {
    int kind = random.nextInt(depth > 0 ? 14 : 7);
    return switch (kind) {
      case 0 -> string();
      case 1 -> number("number");
      case 2 -> number("integer");
      case 3 -> Json.object().put("type", random.nextBoolean() ? "boolean" : "null").build();
      case 4 ->
          Json.object()
              .put(
                  "enum",
                  Json.array(
                      Json.of("a\"\n"),
                      Json.of("äh"),
                      Json.of(5),
                      Json.of(-0.25),
                      Json.array(Json.of(1)),
                      Json.object().put("k", Json.Null.VALUE).build()))
              .build();
      case 5 -> Json.object().put("const", Json.of("only" + random.nextInt(3))).build();
      case 6 ->
          Json.object()
              .put("type", Json.array(Json.of("string"), Json.of("integer"), Json.of("null")))
              .build();
      case 7, 8 -> object(depth);
      case 9, 10 -> array(depth);
      case 11 ->
          Json.object()
              .put(
                  random.nextBoolean() ? "anyOf" : "oneOf",
                  Json.array(schema(depth - 1), schema(depth - 1)))
              .put("description", "either")
              .build();
      case 12 ->
          Json.object().put("allOf", Json.array(object(depth - 1), object(depth - 1))).build();
      default ->
          Json.object()
              .put("$ref", "#/$defs/" + List.of("d0", "d1", "list").get(random.nextInt(3)))
              .build();
    };
  }

  private Json string() {
    Json.Builder b = Json.object().put("type", "string");
    switch (random.nextInt(5)) {
      case 0 -> b.put("minLength", random.nextInt(4)).put("maxLength", 4L + random.nextInt(5));
      case 1 -> b.put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
      case 2 -> b.put("format", FORMATS.get(random.nextInt(FORMATS.size())));
      case 3 -> b.put("pattern", "^[a-f]*$").put("minLength", 2).put("maxLength", 3);
      default -> b.put("title", "any");
    }
    return b.build();
  }

  private Json number(String type) {
    Json.Builder b = Json.object().put("type", type);
    long low = random.nextInt(2000) - 1000L;
    double shift = random.nextInt(4) * 0.25;
    switch (random.nextInt(6)) {
      case 0 -> b.put("minimum", low + shift);
      case 1 -> b.put("maximum", low + shift);
      case 2 ->
          b.put("minimum", low + shift).put("maximum", low + 1 + random.nextInt(3000) + shift);
      case 3 ->
          b.put("exclusiveMinimum", low + shift)
              .put("exclusiveMaximum", low + 2 + random.nextInt(50) + shift);
      case 4 -> b.put("multipleOf", type.equals("integer") ? 7 : 0.01).put("minimum", low);
      default -> b.put("title", "any");
    }
    return b.build();
  }

  private Json object(int depth) {
    Json.Builder properties = Json.object();
    List<Json> required = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      String name = List.of("a", "ab", "b\"q", "ü", "k" + i).get(random.nextInt(5));
      properties.put(name, schema(depth - 1));
      if (random.nextBoolean() && !required.contains(Json.of(name))) {
        required.add(Json.of(name));
      }
    }
    Json.Builder b = Json.object().put("type", "object").put("properties", properties.build());
    switch (random.nextInt(4)) {
      case 0 -> b.put("additionalProperties", false);
      case 1 -> b.put("additionalProperties", true);
      case 2 -> b.put("additionalProperties", schema(0));
      default -> b.put("title", "closed");
    }
    return b.put("required", Json.array(required)).build();
  }

  private Json array(int depth) {
    Json.Builder b = Json.object().put("type", "array");
    switch (random.nextInt(5)) {
      case 0 -> b.put("minItems", random.nextInt(3)).put("maxItems", 2L + random.nextInt(3));
      case 1 -> b.put("minItems", random.nextInt(4));
      case 2 -> b.put("prefixItems", Json.array(schema(depth - 1), schema(0)));
      case 3 -> b.put("maxItems", random.nextInt(3));
      default -> b.put("title", "any");
    }
    return random.nextInt(4) == 0 ? b.build() : b.put("items", schema(depth - 1)).build();
  }
}
