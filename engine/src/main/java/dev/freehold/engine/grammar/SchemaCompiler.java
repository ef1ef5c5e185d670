// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.engine.grammar.Expression.Call;
import dev.freehold.engine.grammar.Expression.Choice;
import dev.freehold.record.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns a JSON Schema into rules, as docs/formats/grammar.md says. */
final class SchemaCompiler {
  private static final int MAX_COUNT = 10_000;
  private static final int MAX_PRODUCT = 2_000;

  /** The time to make an automaton of a pattern grows with this. */
  static final int MAX_PATTERN_STATES = 4_000;

  private static final Set<String> TYPES =
      Set.of("object", "array", "string", "number", "integer", "boolean", "null");

  private final Rules rules;
  private final SchemaMerge merge;

  /** One rule for each schema, so that recursion ends. */
  private final Map<Json, Integer> known = new HashMap<>();

  /**
   * A compiler into some rules.
   *
   * @param document the schema that references are looked up in
   * @param place what messages call it
   * @param lenient whether keywords that can't be enforced are ignored
   */
  SchemaCompiler(Rules rules, Json document, String place, boolean lenient) {
    this.rules = rules;
    this.merge = new SchemaMerge(document, place, lenient);
  }

  /** The rule of the whole document. */
  int compile() {
    return rule(merge.document(), merge.place());
  }

  /** The rule of those values of the whole document that are objects. */
  int compileObject() {
    Json object = Json.object().put("type", "object").build();
    return rule(all(object, merge.document()), merge.place());
  }

  private int rule(Json schema, String path) {
    Integer before = known.get(schema);
    if (before != null) {
      return before;
    }
    int rule = rules.declare();
    known.put(schema, rule);
    Dfa dfa = Dfa.of(expression(merge.flatten(schema, path), path));
    rules.define(rule, dfa, new Rules.Kind.Plain());
    return rule;
  }

  /** The texts of a schema without references and {@code allOf}. */
  private Expression expression(Json.Obj schema, String path) {
    for (String keyword : List.of("anyOf", "oneOf")) {
      if (schema.get(keyword).orElse(null) instanceof Json.Arr branches) {
        Json.Obj rest = schema.without(keyword);
        List<Expression> parts = new ArrayList<>();
        for (int i = 0; i < branches.items().size(); i++) {
          String place = path + "/" + keyword + "/" + i;
          Json branch = branches.items().get(i);
          parts.add(
              new Call(rule(SchemaMerge.saysNothing(rest) ? branch : all(rest, branch), place)));
        }
        return new Choice(parts);
      }
    }
    Json.@Nullable Arr values = merge.values(schema);
    if (values != null) {
      return enumeration(values, schema, path);
    }
    List<Expression> parts = new ArrayList<>();
    for (String type : types(schema, path)) {
      parts.add(ofType(type, schema, path));
    }
    return parts.size() == 1 ? parts.getFirst() : new Choice(parts);
  }

  static Json.Obj all(Json... schemas) {
    return Json.object().put("allOf", Json.array(schemas)).build();
  }

  private Set<String> types(Json.Obj schema, String path) {
    Set<String> types = new LinkedHashSet<>();
    Json declared = schema.get("type").orElse(null);
    if (declared instanceof Json.Arr several) {
      several.items().forEach(item -> types.add(item instanceof Json.Str s ? s.value() : "?"));
    } else if (declared != null) {
      types.add(declared instanceof Json.Str s ? s.value() : "?");
    } else {
      types.addAll(impliedTypes(schema));
    }
    if (!TYPES.containsAll(types)) {
      throw merge.refused("type", path, "names no JSON type");
    }
    if (types.contains("number")) {
      types.remove("integer");
    }
    return types;
  }

  /** Where keywords speak of one type only, that type; all types where none does. */
  private static Set<String> impliedTypes(Json.Obj schema) {
    Set<String> types = new LinkedHashSet<>();
    if (SchemaMerge.hasAny(schema, "properties", "required", "additionalProperties")) {
      types.add("object");
    }
    if (SchemaMerge.hasAny(schema, "items", "prefixItems", "minItems", "maxItems")) {
      types.add("array");
    }
    if (SchemaMerge.hasAny(schema, "pattern", "minLength", "maxLength", "format")) {
      types.add("string");
    }
    if (SchemaMerge.hasAny(
        schema, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")) {
      types.add("number");
    }
    if (types.isEmpty()) {
      types.addAll(List.of("object", "array", "string", "number", "boolean", "null"));
    }
    return types;
  }

  private Expression ofType(String type, Json.Obj schema, String path) {
    return switch (type) {
      case "object" -> object(schema, path);
      case "array" -> array(schema, path);
      case "string" -> string(schema, path);
      case "number" -> number(schema, path);
      case "integer" -> integer(schema, path);
      case "boolean" -> Expression.choice(Expression.literal("true"), Expression.literal("false"));
      default -> Expression.literal("null");
    };
  }

  private Expression enumeration(Json.Arr values, Json.Obj schema, String path) {
    List<Expression> parts = new ArrayList<>();
    Json.Obj rest = schema.without("enum").without("const");
    boolean onlyType = SchemaMerge.saysNothing(rest.without("type"));
    Automaton filter = null;
    if (!onlyType) {
      Rules own = new Rules();
      SchemaCompiler compiler = new SchemaCompiler(own, rest, merge.place(), merge.lenient());
      filter = Automaton.of(own, compiler.compile());
    }
    Set<String> types = SchemaMerge.hasAny(rest, "type") ? types(rest, path) : Set.of();
    for (Json value : values.items()) {
      String text = value.write();
      boolean typed =
          types.isEmpty()
              || types.contains(SchemaMerge.typeOf(value))
              || (value instanceof Json.Num n && n.isSafeInteger() && types.contains("integer"));
      if (typed && (filter == null || filter.accepts(text.getBytes(StandardCharsets.UTF_8)))) {
        parts.add(Expression.literal(text));
      }
    }
    return new Choice(parts);
  }

  private Expression object(Json.Obj schema, String path) {
    Json.Obj properties = merge.object(schema, "properties", path);
    Set<String> required = new LinkedHashSet<>(merge.strings(schema, "required", path));
    Json additional =
        schema
            .get("additionalProperties")
            .or(() -> schema.get("unevaluatedProperties"))
            .orElse(null);
    // Absent: only the listed ones are written, or anything where none is listed.
    Json extras =
        additional != null
            ? additional
            : Json.of(!SchemaMerge.hasAny(schema, "properties") && required.isEmpty());
    Map<String, Json> listed = new LinkedHashMap<>(properties.members());
    for (String name : required) {
      listed.putIfAbsent(name, additional == null ? Json.of(true) : additional);
    }
    merge.checkCounts(
        schema, path, required.size(), SchemaMerge.isFalse(extras) ? listed.size() : -1);
    if (listed.isEmpty() && SchemaMerge.isTrue(extras)) {
      return new Call(rules.object());
    }
    Nfa nfa = new Nfa();
    int start = nfa.state();
    int end = nfa.state();
    int none = nfa.add(Expression.literal("{"), start);
    int some = nfa.state();
    Set<String> names = new LinkedHashSet<>();
    for (Map.Entry<String, Json> entry : listed.entrySet()) {
      String name = Json.of(entry.getKey()).write();
      names.add(name.substring(1, name.length() - 1));
      Expression member =
          Expression.sequence(
              Expression.literal(name + ":"),
              JsonText.SPACE,
              new Call(rule(entry.getValue(), path + "/properties/" + entry.getKey())));
      int afterNone = nfa.state();
      int afterSome = nfa.state();
      nfa.join(nfa.add(member, none), afterSome);
      nfa.join(nfa.add(Expression.sequence(Rules.separator(), member), some), afterSome);
      if (!required.contains(entry.getKey())) {
        nfa.join(none, afterNone);
        nfa.join(some, afterSome);
      }
      none = afterNone;
      some = afterSome;
    }
    boolean open = !SchemaMerge.isFalse(extras);
    if (open) {
      int values =
          SchemaMerge.isTrue(extras) ? rules.value() : rule(extras, path + "/additionalProperties");
      Expression member = rules.member(values);
      nfa.join(nfa.add(member, none), some);
      nfa.join(nfa.add(Expression.sequence(Rules.separator(), member), some), some);
    }
    nfa.join(nfa.add(Expression.literal("}"), none), end);
    nfa.join(nfa.add(Expression.literal("}"), some), end);
    int rule = rules.declare();
    rules.define(
        rule, Dfa.of(nfa, start, end), open ? new Rules.Kind.Open(names) : new Rules.Kind.Plain());
    return new Call(rule);
  }

  private Expression array(Json.Obj schema, String path) {
    int least = merge.count(schema, "minItems", path, 0);
    int most = merge.count(schema, "maxItems", path, -1);
    if (least > MAX_COUNT || most > MAX_COUNT) {
      throw merge.refused(
          most > MAX_COUNT ? "maxItems" : "minItems", path, "is above " + MAX_COUNT);
    }
    List<Integer> first = new ArrayList<>();
    for (Json item : merge.prefix(schema, path).items()) {
      first.add(rule(item, path + "/prefixItems/" + first.size()));
    }
    Json rest = schema.get("items").orElse(null);
    int items;
    if (rest == null) {
      items = first.isEmpty() || least > first.size() ? rules.value() : -1;
    } else {
      items = SchemaMerge.isFalse(rest) ? -1 : rule(rest, path + "/items");
    }
    return new Call(rules.array(items, first, least, most));
  }

  private Expression string(Json.Obj schema, String path) {
    int least = merge.count(schema, "minLength", path, 0);
    int most = merge.count(schema, "maxLength", path, -1);
    Expression characters = null;
    Json pattern = schema.get("pattern").orElse(null);
    if (pattern instanceof Json.Str source) {
      characters = pattern(source.value(), path + "/pattern");
    } else if (pattern != null) {
      throw merge.refused("pattern", path, "is not a string");
    }
    Dfa dfa = characters == null ? null : quoted(characters);
    if (schema.get("format").orElse(null) instanceof Json.Str format) {
      String source = Formats.pattern(format.value());
      if (source != null) {
        Dfa formatted = quoted(Pattern.parse(source, path + "/format"));
        dfa = dfa == null ? formatted : dfa.intersect(formatted);
      }
    }
    if (dfa == null) {
      return new Call(
          least == 0 && most < 0
              ? rules.string()
              : rules.string(least, most < 0 ? Integer.MAX_VALUE : most));
    }
    if (least > 0 || most >= 0) {
      if (least > MAX_PRODUCT || most > MAX_PRODUCT) {
        throw merge.refused(
            most > MAX_PRODUCT ? "maxLength" : "minLength",
            path,
            "is above " + MAX_PRODUCT + " beside a pattern or format");
      }
      Expression any = JsonText.canonical(Pattern.ANY);
      Expression counted = new Expression.Repeat(any, least, most);
      dfa = dfa.intersect(Dfa.of(Expression.sequence(JsonText.QUOTE, counted, JsonText.QUOTE)));
    }
    return new Call(rules.add(dfa));
  }

  private @Nullable Expression pattern(String source, String path) {
    try {
      return Pattern.parse(source, path);
    } catch (GrammarException e) {
      if (merge.lenient()) {
        return null;
      }
      throw e;
    }
  }

  private static Dfa quoted(Expression characters) {
    return Dfa.of(
            Expression.sequence(JsonText.QUOTE, characters, JsonText.QUOTE), MAX_PATTERN_STATES)
        .minimal();
  }

  private Numbers.@Nullable Bounds bounds(Json.Obj schema, String path) {
    BigDecimal least = merge.decimal(schema, "minimum", path);
    BigDecimal above = merge.decimal(schema, "exclusiveMinimum", path);
    BigDecimal most = merge.decimal(schema, "maximum", path);
    BigDecimal below = merge.decimal(schema, "exclusiveMaximum", path);
    boolean leastExcluded = above != null && (least == null || above.compareTo(least) >= 0);
    boolean mostExcluded = below != null && (most == null || below.compareTo(most) <= 0);
    BigDecimal low = leastExcluded ? above : least;
    BigDecimal high = mostExcluded ? below : most;
    return low == null && high == null
        ? null
        : new Numbers.Bounds(low, leastExcluded, high, mostExcluded);
  }

  private Expression integer(Json.Obj schema, String path) {
    Numbers.Bounds bounds = bounds(schema, path);
    BigDecimal divisor = merge.divisor(schema, path);
    Expression inside =
        Numbers.integers(bounds == null ? new Numbers.Bounds(null, false, null, false) : bounds);
    if (divisor == null || BigDecimal.ONE.remainder(divisor).signum() == 0) {
      return inside;
    }
    if (divisor.stripTrailingZeros().scale() > 0
        || divisor.compareTo(BigDecimal.valueOf(MAX_PRODUCT)) > 0) {
      throw merge.refused(
          "multipleOf", path, "is neither a whole number up to " + MAX_PRODUCT + " nor 1 / one");
    }
    return new Call(
        rules.add(Dfa.of(inside).intersect(Numbers.multiples(divisor.intValueExact()))));
  }

  private Expression number(Json.Obj schema, String path) {
    Numbers.Bounds bounds = bounds(schema, path);
    BigDecimal divisor = merge.divisor(schema, path);
    if (divisor == null) {
      return bounds == null
          ? new Call(rules.number())
          : new Call(rules.add(Dfa.of(Numbers.decimals(bounds, -1)).minimal()));
    }
    BigDecimal plain = divisor.stripTrailingZeros();
    if (plain.scale() <= 0) {
      return integer(schema, path);
    }
    if (!plain.unscaledValue().equals(BigInteger.ONE)) {
      throw merge.refused("multipleOf", path, "is neither a whole number nor a power of ten");
    }
    Numbers.Bounds some = bounds == null ? new Numbers.Bounds(null, false, null, false) : bounds;
    return new Call(rules.add(Dfa.of(Numbers.decimals(some, plain.scale())).minimal()));
  }
}
