// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.record.Json;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;

/** A validator of JSON Schema, written from the specification without a look at the compiler. */
@NullMarked
final class Validator {
  private final Json root;

  Validator(Json root) {
    this.root = root;
  }

  boolean valid(Json value) {
    return valid(root, value);
  }

  private boolean valid(Json schema, Json value) {
    if (schema instanceof Json.Bool b) {
      return b.value();
    }
    Json.Obj s = (Json.Obj) schema;
    for (Map.Entry<String, Json> keyword : s.members().entrySet()) {
      if (!holds(keyword.getKey(), keyword.getValue(), s, value)) {
        return false;
      }
    }
    return true;
  }

  private boolean holds(String keyword, Json k, Json.Obj schema, Json value) {
    return switch (keyword) {
      case "type" ->
          k instanceof Json.Arr several
              ? several.items().stream().anyMatch(t -> isOfType(t, value))
              : isOfType(k, value);
      case "enum" -> ((Json.Arr) k).items().stream().anyMatch(item -> same(item, value));
      case "const" -> same(k, value);
      case "anyOf", "oneOf" -> ((Json.Arr) k).items().stream().anyMatch(x -> valid(x, value));
      case "allOf" -> ((Json.Arr) k).items().stream().allMatch(x -> valid(x, value));
      case "$ref" -> valid(resolve(((Json.Str) k).value()), value);
      case "properties" ->
          !(value instanceof Json.Obj o)
              || ((Json.Obj) k)
                  .members().entrySet().stream()
                      .allMatch(
                          p -> o.get(p.getKey()).map(v -> valid(p.getValue(), v)).orElse(true));
      case "required" ->
          !(value instanceof Json.Obj o)
              || ((Json.Arr) k)
                  .items().stream().allMatch(n -> o.get(((Json.Str) n).value()).isPresent());
      case "additionalProperties" ->
          !(value instanceof Json.Obj o)
              || o.members().entrySet().stream()
                  .filter(
                      m ->
                          !(schema.get("properties").orElse(Json.object().build())
                                  instanceof Json.Obj listed)
                              || listed.get(m.getKey()).isEmpty())
                  .allMatch(m -> valid(k, m.getValue()));
      case "items" ->
          !(value instanceof Json.Arr a)
              || a.items().stream().skip(prefix(schema).size()).allMatch(x -> valid(k, x));
      case "prefixItems" -> !(value instanceof Json.Arr a) || validPrefix(prefix(schema), a);
      case "minItems" -> !(value instanceof Json.Arr a) || a.items().size() >= number(k);
      case "maxItems" -> !(value instanceof Json.Arr a) || a.items().size() <= number(k);
      case "minLength" -> !(value instanceof Json.Str t) || length(t) >= number(k);
      case "maxLength" -> !(value instanceof Json.Str t) || length(t) <= number(k);
      case "pattern" ->
          !(value instanceof Json.Str t)
              || Pattern.compile(((Json.Str) k).value()).matcher(t.value()).find();
      case "format" -> !(value instanceof Json.Str t) || hasFormat(((Json.Str) k).value(), t);
      case "minimum" -> !(value instanceof Json.Num n) || n.value() >= number(k);
      case "maximum" -> !(value instanceof Json.Num n) || n.value() <= number(k);
      case "exclusiveMinimum" -> !(value instanceof Json.Num n) || n.value() > number(k);
      case "exclusiveMaximum" -> !(value instanceof Json.Num n) || n.value() < number(k);
      case "multipleOf" ->
          !(value instanceof Json.Num n)
              || BigDecimal.valueOf(n.value()).remainder(BigDecimal.valueOf(number(k))).signum()
                  == 0;
      default -> true;
    };
  }

  private static boolean hasFormat(String format, Json.Str text) {
    String value = text.value();
    switch (format) {
      case "date" -> LocalDate.parse(value);
      case "time" -> OffsetTime.parse(value.replaceFirst("[+-]2[0-3]:", "+01:"));
      case "date-time" -> OffsetDateTime.parse(value.replaceFirst("[+-]\\d\\d:\\d\\d$", "Z"));
      case "uuid" -> {
        return value.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
      }
      case "email" -> {
        return value.matches("[^@\\s]+@[^@\\s.]+(\\.[^@\\s.]+)+") && value.length() < 255;
      }
      case "ipv4" -> {
        return List.of(value.split("\\.", -1)).stream()
            .allMatch(p -> Integer.parseInt(p) < 256 && p.equals("" + Integer.parseInt(p)));
      }
      default -> {
        return true;
      }
    }
    // The parsers throw where the format is wrong.
    return true;
  }

  private boolean validPrefix(List<Json> prefix, Json.Arr array) {
    for (int i = 0; i < Math.min(prefix.size(), array.items().size()); i++) {
      if (!valid(prefix.get(i), array.items().get(i))) {
        return false;
      }
    }
    return true;
  }

  private static List<Json> prefix(Json.Obj schema) {
    return schema.get("prefixItems").orElse(Json.array()) instanceof Json.Arr a
        ? a.items()
        : List.of();
  }

  private Json resolve(String reference) {
    Json at = root;
    for (String step : List.of(reference.substring(1).split("/", -1))) {
      if (!step.isEmpty()) {
        at = ((Json.Obj) at).get(step.replace("~1", "/").replace("~0", "~")).orElseThrow();
      }
    }
    return at;
  }

  private static int length(Json.Str text) {
    return text.value().codePointCount(0, text.value().length());
  }

  private static double number(Json k) {
    return ((Json.Num) k).value();
  }

  private static boolean isOfType(Json type, Json value) {
    return switch (((Json.Str) type).value()) {
      case "object" -> value instanceof Json.Obj;
      case "array" -> value instanceof Json.Arr;
      case "string" -> value instanceof Json.Str;
      case "number" -> value instanceof Json.Num;
      case "integer" -> value instanceof Json.Num n && n.value() == Math.rint(n.value());
      case "boolean" -> value instanceof Json.Bool;
      default -> value instanceof Json.Null;
    };
  }

  private static boolean same(Json a, Json b) {
    if (a instanceof Json.Num x && b instanceof Json.Num y) {
      return x.value() == y.value();
    }
    if (a instanceof Json.Arr x && b instanceof Json.Arr y) {
      for (int i = 0; i < x.items().size() && x.items().size() == y.items().size(); i++) {
        if (!same(x.items().get(i), y.items().get(i))) {
          return false;
        }
      }
      return x.items().size() == y.items().size();
    }
    if (a instanceof Json.Obj x && b instanceof Json.Obj y) {
      Map<String, Json> left = new LinkedHashMap<>(x.members());
      return left.keySet().equals(y.members().keySet())
          && left.entrySet().stream()
              .allMatch(e -> same(e.getValue(), y.get(e.getKey()).orElseThrow()));
    }
    return a.equals(b);
  }
}
