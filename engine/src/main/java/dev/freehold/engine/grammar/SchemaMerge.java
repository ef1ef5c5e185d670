// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.record.Json;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keywords of a JSON Schema strictly, looks up its references, and makes one schema of
 * several that must hold together.
 */
final class SchemaMerge {
  private static final int MAX_NODES = 20_000;
  private static final int MAX_NESTING = 64;
  private static final int MAX_BRANCHES = 256;

  /** Keywords that would change which values are valid, and that no rule enforces. */
  private static final Set<String> REFUSED =
      Set.of(
          "not",
          "if",
          "dependentRequired",
          "dependentSchemas",
          "dependencies",
          "patternProperties",
          "propertyNames",
          "contains",
          "unevaluatedItems",
          "$dynamicRef",
          "$recursiveRef");

  /** Keywords that a rule enforces; the others are annotations. */
  private static final Set<String> ENFORCED =
      Set.of(
          "type",
          "enum",
          "const",
          "anyOf",
          "oneOf",
          "properties",
          "required",
          "additionalProperties",
          "unevaluatedProperties",
          "minProperties",
          "maxProperties",
          "items",
          "additionalItems",
          "prefixItems",
          "minItems",
          "maxItems",
          "uniqueItems",
          "minLength",
          "maxLength",
          "pattern",
          "format",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "multipleOf");

  private static final Json.Obj NEVER = Json.object().put("enum", Json.array()).build();

  private final Json document;
  private final String place;
  private final boolean lenient;

  SchemaMerge(Json document, String place, boolean lenient) {
    this.document = document;
    this.place = place;
    this.lenient = lenient;
    int nodes = count(document);
    if (nodes > MAX_NODES) {
      throw new GrammarException(
          "The schema at " + place + " holds " + nodes + " values, more than " + MAX_NODES + ".");
    }
  }

  Json document() {
    return document;
  }

  String place() {
    return place;
  }

  boolean lenient() {
    return lenient;
  }

  private static int count(Json value) {
    return switch (value) {
      case Json.Obj object -> 1 + object.members().values().stream().mapToInt(v -> count(v)).sum();
      case Json.Arr array -> 1 + array.items().stream().mapToInt(v -> count(v)).sum();
      case Json.Str _, Json.Num _, Json.Bool _, Json.Null _ -> 1;
    };
  }

  GrammarException refused(String keyword, String path, String why) {
    return new GrammarException("'" + keyword + "' at " + path + " " + why + ".");
  }

  /** The schema without references and {@code allOf}: only keywords that a rule enforces. */
  Json.Obj flatten(Json schema, String path) {
    return flatten(schema, path, 0);
  }

  private Json.Obj flatten(Json schema, String path, int depth) {
    if (depth > MAX_NESTING) {
      throw new GrammarException(
          "The schema at "
              + path
              + " refers to itself, or nests allOf and $ref deeper than "
              + MAX_NESTING
              + ".");
    }
    if (schema instanceof Json.Bool always) {
      return always.value() ? Json.object().build() : NEVER;
    }
    if (!(schema instanceof Json.Obj object)) {
      throw new GrammarException("The schema at " + path + " is neither an object nor a boolean.");
    }
    Json.Builder own = Json.object();
    for (Map.Entry<String, Json> entry : object.members().entrySet()) {
      String keyword = entry.getKey();
      if (ENFORCED.contains(keyword)) {
        own.put(keyword, entry.getValue());
      } else if (REFUSED.contains(keyword) && !lenient) {
        throw refused(keyword, path, "can't be enforced: leave it out");
      }
    }
    Json.Obj result = own.build();
    if (isTrue(result.get("uniqueItems").orElse(Json.of(false)))) {
      if (!lenient) {
        throw refused("uniqueItems", path, "can't be enforced: leave it out");
      }
    }
    result = withPrefixItems(result.without("uniqueItems"));
    checkBranches(result, path);
    Json reference = object.get("$ref").orElse(null);
    if (reference instanceof Json.Str target) {
      result = both(flatten(resolve(target.value(), path), path, depth + 1), result, path);
    } else if (reference != null) {
      throw refused("$ref", path, "is not a string");
    }
    Json all = object.get("allOf").orElse(null);
    if (all instanceof Json.Arr parts) {
      int i = 0;
      for (Json part : parts.items()) {
        result = both(result, flatten(part, path + "/allOf/" + i++, depth + 1), path);
      }
    } else if (all != null) {
      throw refused("allOf", path, "is not an array of schemas");
    }
    return result;
  }

  /** Drafts before 2020-12 write {@code prefixItems} and {@code items} otherwise. */
  private static Json.Obj withPrefixItems(Json.Obj schema) {
    Json rest = schema.get("additionalItems").orElse(null);
    Json.Obj result = schema.without("additionalItems");
    if (!(schema.get("items").orElse(null) instanceof Json.Arr tuple)) {
      return result;
    }
    result = result.without("items").with("prefixItems", tuple);
    return rest == null ? result : result.with("items", rest);
  }

  private void checkBranches(Json.Obj schema, String path) {
    for (String keyword : List.of("anyOf", "oneOf")) {
      Json branches = schema.get(keyword).orElse(null);
      if (branches != null && !(branches instanceof Json.Arr)) {
        throw refused(keyword, path, "is not an array of schemas");
      }
    }
  }

  private Json resolve(String reference, String path) {
    if (!reference.equals("#") && !reference.startsWith("#/")) {
      throw refused(
          "$ref", path, "is '" + reference + "', but only references into this schema are known");
    }
    Json at = document;
    String pointer = URLDecoder.decode(reference.replace("+", "%2B"), StandardCharsets.UTF_8);
    String[] steps = pointer.substring(1).split("/", -1);
    for (int i = 1; i < steps.length; i++) {
      String step = steps[i].replace("~1", "/").replace("~0", "~");
      Json next = null;
      if (at instanceof Json.Obj object) {
        next = object.get(step).orElse(null);
      } else if (at instanceof Json.Arr array && step.matches("\\d{1,6}")) {
        int index = Integer.parseInt(step);
        next = index < array.items().size() ? array.items().get(index) : null;
      }
      if (next == null) {
        throw refused("$ref", path, "is '" + reference + "', which this schema doesn't hold");
      }
      at = next;
    }
    return at;
  }

  /** One schema of two flat ones that must both hold. */
  private Json.Obj both(Json.Obj a, Json.Obj b, String path) {
    if (saysNothing(a)) {
      return b;
    }
    Map<String, Json> result = new LinkedHashMap<>(a.members());
    if (hasAny(a, "properties", "additionalProperties")
        || hasAny(b, "properties", "additionalProperties")) {
      mergeProperties(a, b, path, result);
    }
    Json.Arr left = prefix(a, path);
    Json.Arr right = prefix(b, path);
    if (!left.items().isEmpty() || !right.items().isEmpty()) {
      mergeItems(a, left.items(), b, right.items(), result);
    }
    for (Map.Entry<String, Json> entry : b.members().entrySet()) {
      String keyword = entry.getKey();
      Json other = entry.getValue();
      if (keyword.equals("properties")
          || keyword.equals("additionalProperties")
          || keyword.equals("prefixItems")
          || (keyword.equals("items") && result.containsKey("prefixItems"))) {
        continue;
      }
      Json mine = result.get(keyword);
      if (mine == null || mine.equals(other)) {
        result.put(keyword, other);
        continue;
      }
      if (keyword.equals("const")) {
        // Two values at once: none is left.
        result.put("enum", Json.array());
        continue;
      }
      result.put(keyword, combined(keyword, mine, other, path));
    }
    return new Json.Obj(result);
  }

  private Json combined(String keyword, Json mine, Json other, String path) {
    return switch (keyword) {
      case "type" -> {
        List<Json> common = new ArrayList<>();
        for (String type : names(mine)) {
          if (names(other).contains(type)
              || (type.equals("integer") && names(other).contains("number"))) {
            common.add(Json.of(type));
          } else if (type.equals("number") && names(other).contains("integer")) {
            common.add(Json.of("integer"));
          }
        }
        yield Json.array(common);
      }
      case "required" -> {
        Set<Json> union = new LinkedHashSet<>();
        if (mine instanceof Json.Arr x && other instanceof Json.Arr y) {
          union.addAll(x.items());
          union.addAll(y.items());
        }
        yield Json.array(new ArrayList<>(union));
      }
      case "enum" -> {
        List<Json> common = new ArrayList<>();
        if (mine instanceof Json.Arr x && other instanceof Json.Arr y) {
          common.addAll(x.items());
          common.retainAll(y.items());
        }
        yield Json.array(common);
      }
      case "anyOf", "oneOf" -> {
        List<Json> pairs = new ArrayList<>();
        if (mine instanceof Json.Arr x && other instanceof Json.Arr y) {
          if ((long) x.items().size() * y.items().size() > MAX_BRANCHES) {
            throw refused(keyword, path, "has too many branches beside that of another schema");
          }
          for (Json left : x.items()) {
            for (Json right : y.items()) {
              pairs.add(SchemaCompiler.all(left, right));
            }
          }
        }
        yield Json.array(pairs);
      }
      case "items", "unevaluatedProperties" -> SchemaCompiler.all(mine, other);
      case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties" ->
          number(mine, keyword, path) >= number(other, keyword, path) ? mine : other;
      case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties" ->
          number(mine, keyword, path) <= number(other, keyword, path) ? mine : other;
      default -> {
        if (lenient) {
          yield mine;
        }
        throw refused(keyword, path, "can't be combined with that of another schema");
      }
    };
  }

  private void mergeProperties(Json.Obj a, Json.Obj b, String path, Map<String, Json> result) {
    Map<String, Json> left = object(a, "properties", path).members();
    Map<String, Json> right = object(b, "properties", path).members();
    Json leftRest = a.get("additionalProperties").orElse(null);
    Json rightRest = b.get("additionalProperties").orElse(null);
    Map<String, Json> merged = new LinkedHashMap<>();
    left.forEach(
        (name, schema) ->
            merged.put(name, right.containsKey(name) ? schema : limited(schema, rightRest)));
    right.forEach(
        (name, schema) -> {
          Json mine = left.get(name);
          Json value =
              mine == null
                  ? limited(schema, leftRest)
                  : mine.equals(schema) ? schema : SchemaCompiler.all(mine, schema);
          merged.put(name, value);
        });
    if (hasAny(a, "properties") || hasAny(b, "properties")) {
      result.put("properties", new Json.Obj(merged));
    }
    if (leftRest != null && rightRest != null) {
      result.put("additionalProperties", limited(leftRest, rightRest));
    } else if (rightRest != null) {
      result.put("additionalProperties", rightRest);
    }
  }

  /** The schemas of an array's first items; empty where there are none. */
  Json.Arr prefix(Json.Obj schema, String path) {
    Json prefix = schema.get("prefixItems").orElse(Json.array());
    if (prefix instanceof Json.Arr items) {
      return items;
    }
    throw refused("prefixItems", path, "is not an array of schemas");
  }

  private static void mergeItems(
      Json.Obj a, List<Json> left, Json.Obj b, List<Json> right, Map<String, Json> result) {
    Json leftRest = a.get("items").orElse(Json.of(true));
    Json rightRest = b.get("items").orElse(Json.of(true));
    List<Json> merged = new ArrayList<>();
    for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
      merged.add(
          limited(
              i < left.size() ? left.get(i) : leftRest,
              i < right.size() ? right.get(i) : rightRest));
    }
    result.put("prefixItems", Json.array(merged));
    if (hasAny(a, "items") || hasAny(b, "items")) {
      result.put("items", limited(leftRest, rightRest));
    }
  }

  private static Json limited(Json schema, @Nullable Json limit) {
    if (limit == null || isTrue(limit) || schema.equals(limit)) {
      return schema;
    }
    return isFalse(limit) || isFalse(schema) ? Json.of(false) : SchemaCompiler.all(schema, limit);
  }

  private double number(Json value, String keyword, String path) {
    if (value instanceof Json.Num number) {
      return number.value();
    }
    throw refused(keyword, path, "is not a number");
  }

  /** The values that {@code enum} and {@code const} leave, or null where neither is there. */
  Json.@Nullable Arr values(Json.Obj schema) {
    Json values = schema.get("enum").orElse(null);
    Json only = schema.get("const").orElse(null);
    if (values != null && !(values instanceof Json.Arr)) {
      throw refused("enum", place, "is not an array of values");
    }
    if (only == null) {
      return values instanceof Json.Arr list ? list : null;
    }
    if (values instanceof Json.Arr list && !list.items().contains(only)) {
      return Json.array();
    }
    return Json.array(only);
  }

  /** A keyword whose value is an object of schemas; empty where it is absent. */
  Json.Obj object(Json.Obj schema, String keyword, String path) {
    Json value = schema.get(keyword).orElse(null);
    if (value == null) {
      return Json.object().build();
    }
    if (value instanceof Json.Obj object) {
      return object;
    }
    throw refused(keyword, path, "is not an object");
  }

  List<String> strings(Json.Obj schema, String keyword, String path) {
    List<String> result = new ArrayList<>();
    Json value = schema.get(keyword).orElse(Json.array());
    if (!(value instanceof Json.Arr list)) {
      throw refused(keyword, path, "is not an array of names");
    }
    for (Json item : list.items()) {
      if (!(item instanceof Json.Str name)) {
        throw refused(keyword, path, "is not an array of names");
      }
      result.add(name.value());
    }
    return result;
  }

  int count(Json.Obj schema, String keyword, String path, int absent) {
    Json value = schema.get(keyword).orElse(null);
    if (value == null) {
      return absent;
    }
    if (value instanceof Json.Num number && number.isSafeInteger() && number.value() >= 0) {
      return (int) Math.min(number.value(), Integer.MAX_VALUE - 1);
    }
    throw refused(keyword, path, "is not a count");
  }

  @Nullable BigDecimal decimal(Json.Obj schema, String keyword, String path) {
    Json value = schema.get(keyword).orElse(null);
    if (value == null) {
      return null;
    }
    // Through text: the shortest decimal is what the schema's author wrote.
    return BigDecimal.valueOf(number(value, keyword, path));
  }

  @Nullable BigDecimal divisor(Json.Obj schema, String path) {
    BigDecimal divisor = decimal(schema, "multipleOf", path);
    if (divisor != null && divisor.signum() <= 0) {
      throw refused("multipleOf", path, "is not above 0");
    }
    return divisor;
  }

  /** Accepts counts of members that hold anyway: {@code most} members at most, or -1. */
  void checkCounts(Json.Obj schema, String path, int least, int most) {
    if (lenient) {
      return;
    }
    if (count(schema, "minProperties", path, 0) > least) {
      throw refused("minProperties", path, "can't be enforced: list members as required instead");
    }
    int limit = count(schema, "maxProperties", path, -1);
    if (limit >= 0 && (most < 0 || limit < most)) {
      throw refused("maxProperties", path, "can't be enforced: set additionalProperties to false");
    }
  }

  static boolean hasAny(Json.Obj schema, String... keywords) {
    for (String keyword : keywords) {
      if (schema.get(keyword).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** True where no keyword of the schema limits anything. */
  static boolean saysNothing(Json.Obj schema) {
    return schema.members().keySet().stream().noneMatch(ENFORCED::contains);
  }

  static boolean isTrue(Json schema) {
    return (schema instanceof Json.Bool b && b.value())
        || (schema instanceof Json.Obj o && o.members().isEmpty());
  }

  static boolean isFalse(Json schema) {
    return schema instanceof Json.Bool b && !b.value();
  }

  private static List<String> names(Json type) {
    if (type instanceof Json.Arr several) {
      return several.items().stream().map(t -> t instanceof Json.Str s ? s.value() : "?").toList();
    }
    return List.of(type instanceof Json.Str s ? s.value() : "?");
  }

  /** The type of a value; whole numbers are numbers. */
  static String typeOf(Json value) {
    return switch (value) {
      case Json.Obj _ -> "object";
      case Json.Arr _ -> "array";
      case Json.Str _ -> "string";
      case Json.Num _ -> "number";
      case Json.Bool _ -> "boolean";
      case Json.Null _ -> "null";
    };
  }
}
