// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import dev.freehold.engine.template.Value.Arguments;
import dev.freehold.engine.template.Value.Failure;
import dev.freehold.engine.template.Value.Mapping;
import dev.freehold.engine.template.Value.Sequence;
import dev.freehold.engine.template.Value.Str;
import dev.freehold.engine.template.Value.Undefined;
import dev.freehold.engine.template.Value.Whole;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The filters. */
final class Filters {
  private final Budget budget;
  private final Operations operations;
  private final Strings strings;
  private final Tests tests;

  Filters(Budget budget, Operations operations, Strings strings, Tests tests) {
    this.budget = budget;
    this.operations = operations;
    this.strings = strings;
    this.tests = tests;
  }

  Value apply(String name, Value operand, Arguments arguments) {
    return switch (name) {
      case "default", "d" -> {
        arguments.only(name, "default_value", "boolean");
        boolean replaced =
            operand instanceof Undefined
                || (arguments.get(1, "boolean").truth() && !operand.truth());
        Value given = arguments.get(0, "default_value");
        yield !replaced ? operand : given instanceof Undefined ? new Str(Text.EMPTY) : given;
      }
      case "safe" -> operand;
      case "string" -> new Str(operations.display(operand));
      case "tojson" -> new Str(json(operand, arguments));
      case "length", "count" -> length(operand);
      case "upper", "lower", "title", "capitalize" -> {
        Text text = operations.display(operand);
        yield strings.call(name, text, arguments.only(name));
      }
      case "trim" -> strings.call("strip", text(operand), arguments.only(name, "chars"));
      case "replace" -> {
        Text text = text(operand);
        budget.characters(text.length());
        yield new Str(strings.replaced(text, arguments));
      }
      case "indent" ->
          new Str(strings.indent(text(operand), arguments.only(name, "width", "first", "blank")));
      case "join" -> join(operand, arguments.only(name, "separator", "attribute"));
      case "int" -> whole(operand, arguments.only(name, "default", "base"));
      case "float" -> real(operand, arguments.only(name, "default"));
      case "abs" -> absolute(operand);
      case "round" -> round(operand, arguments.only(name, "precision", "method"));
      case "list" -> Sequence.of(operations.items(operand));
      case "items" -> items(operand);
      case "dictsort" -> dictsort(operand, arguments.only(name, "case_sensitive", "by", "reverse"));
      case "first" -> {
        List<Value> all = operations.items(operand);
        yield all.isEmpty() ? new Undefined("first of nothing") : all.getFirst();
      }
      case "last" -> {
        List<Value> all = operations.items(operand);
        yield all.isEmpty() ? new Undefined("last of nothing") : all.getLast();
      }
      case "reverse" -> reverse(operand);
      case "sort" -> sort(operand, arguments.only(name, "reverse", "case_sensitive", "attribute"));
      case "unique" -> unique(operand, arguments.only(name, "case_sensitive", "attribute"));
      case "min", "max" ->
          extreme(name, operand, arguments.only(name, "case_sensitive", "attribute"));
      case "sum" -> sum(operand, arguments.only(name, "attribute", "start"));
      case "map" -> map(operand, arguments);
      case "select", "reject" -> select(operand, arguments, name.equals("select"));
      case "selectattr", "rejectattr" -> selectAttribute(name, operand, arguments);
      default -> throw new Failure("there is no filter '" + name + "' here");
    };
  }

  private static Text text(Value operand) {
    return Strings.string(operand);
  }

  private Text json(Value operand, Arguments arguments) {
    arguments.only("tojson", "indent", "ensure_ascii", "separators", "sort_keys");
    Value indent = arguments.get(0, "indent");
    String by =
        switch (indent) {
          case Undefined ignored -> "";
          case Value.None ignored -> "";
          case Str(Text own) -> own.value();
          default -> " ".repeat(Math.clamp(Operations.whole(indent), 0, 100));
        };
    String comma = by.isEmpty() ? ", " : ",";
    String colon = ": ";
    Value separators = arguments.get(2, "separators");
    if (separators instanceof Sequence pair && pair.items().size() == 2) {
      comma = text(pair.items().get(0)).value();
      colon = text(pair.items().get(1)).value();
    } else if (!(separators instanceof Undefined || separators instanceof Value.None)) {
      throw new Failure("separators is a pair of strings");
    }
    boolean ascii = arguments.get(1, "ensure_ascii").truth();
    boolean sorted = arguments.get(3, "sort_keys").truth();
    return operations.json(operand, new Operations.Style(by, comma, colon, ascii, sorted, "null"));
  }

  Value length(Value operand) {
    return switch (operand) {
      case Str(Text text) ->
          new Whole(text.value().codePointCount(0, text.length()), text.isTrusted());
      case Sequence sequence -> new Whole(sequence.items().size(), false);
      case Mapping mapping -> new Whole(mapping.members().size(), false);
      case Undefined ignored -> new Whole(0, true);
      default -> throw new Failure(operand.kind() + " has no length");
    };
  }

  private Value join(Value operand, Arguments arguments) {
    Value separator = arguments.get(0, "separator");
    Value attribute = arguments.get(1, "attribute");
    Value items =
        attribute instanceof Undefined
            ? operand
            : Sequence.of(
                operations.items(operand).stream()
                    .map(item -> attribute(item, attribute))
                    .toList());
    return new Str(
        strings.join(items, separator instanceof Undefined ? Text.EMPTY : text(separator)));
  }

  private Value whole(Value operand, Arguments arguments) {
    Value otherwise = arguments.get(0, "default");
    Value fallback = otherwise instanceof Undefined ? new Whole(0, true) : otherwise;
    Value base = arguments.get(1, "base");
    return switch (operand) {
      case Whole ignored -> operand;
      case Value.Bool(boolean value, boolean trusted) -> new Whole(value ? 1 : 0, trusted);
      case Value.Real(double value, boolean trusted) ->
          Math.abs(value) < 0x1p63 ? new Whole((long) value, trusted) : fallback;
      case Str(Text text) -> {
        String digits = Strings.trimmed(text).value();
        try {
          int radix = base instanceof Undefined ? 10 : Math.clamp(Operations.whole(base), 2, 36);
          yield new Whole(Long.parseLong(digits, radix), text.isTrusted());
        } catch (NumberFormatException e) {
          Value number = number(digits, text.isTrusted(), fallback);
          yield number instanceof Value.Real(double value, boolean trusted)
                  && Math.abs(value) < 0x1p63
              ? new Whole((long) value, trusted)
              : fallback;
        }
      }
      default -> fallback;
    };
  }

  private static Value number(String digits, boolean trusted, Value otherwise) {
    boolean plain =
        !digits.isEmpty()
            && digits.length() <= 400
            && digits.chars().allMatch(c -> (c >= '0' && c <= '9') || "+-.eE".indexOf(c) >= 0);
    if (!plain) {
      return otherwise;
    }
    try {
      double value = Double.parseDouble(digits);
      return Double.isFinite(value) ? new Value.Real(value, trusted) : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Value real(Value operand, Arguments arguments) {
    Value otherwise = arguments.get(0, "default");
    Value fallback = otherwise instanceof Undefined ? new Value.Real(0, true) : otherwise;
    return switch (operand) {
      case Str(Text text) -> number(Strings.trimmed(text).value(), text.isTrusted(), fallback);
      case Whole number -> new Value.Real(number.number(), number.trusted());
      case Value.Real ignored -> operand;
      case Value.Bool truth -> new Value.Real(truth.number(), truth.trusted());
      default -> fallback;
    };
  }

  private static Value absolute(Value operand) {
    return switch (operand) {
      case Whole(long value, boolean trusted) -> {
        if (value == Long.MIN_VALUE) {
          throw new Failure("a whole number grows beyond 64 bits");
        }
        yield new Whole(Math.abs(value), trusted);
      }
      default -> new Value.Real(Math.abs(operand.number()), operand.isTrusted());
    };
  }

  private static Value round(Value operand, Arguments arguments) {
    Value given = arguments.get(0, "precision");
    int precision = given instanceof Undefined ? 0 : Math.clamp(Operations.whole(given), 0, 15);
    Value how = arguments.get(1, "method");
    String method = how instanceof Undefined ? "common" : text(how).value();
    double scale = StrictMath.pow(10, precision);
    double scaled = operand.number() * scale;
    double rounded =
        switch (method) {
          case "common" -> Math.rint(scaled);
          case "ceil" -> Math.ceil(scaled);
          case "floor" -> Math.floor(scaled);
          default -> throw new Failure("round knows common, ceil and floor, not '" + method + "'");
        };
    double value = rounded / scale;
    if (!Double.isFinite(value)) {
      throw new Failure("the result is not a finite number");
    }
    return new Value.Real(value, operand.isTrusted());
  }

  Value items(Value operand) {
    return switch (operand) {
      case Mapping mapping -> {
        List<Value> pairs = new ArrayList<>();
        for (Map.Entry<String, Value> member : mapping.members().entrySet()) {
          budget.step();
          pairs.add(Sequence.of(List.of(mapping.key(member.getKey()), member.getValue())));
        }
        yield Sequence.of(pairs);
      }
      case Undefined ignored -> Sequence.of(List.of());
      default -> throw new Failure(operand.kind() + " has no items");
    };
  }

  private Value dictsort(Value operand, Arguments arguments) {
    Value by = arguments.get(1, "by");
    int index = by instanceof Str(Text text) && text.value().equals("value") ? 1 : 0;
    List<Value> pairs = new ArrayList<>(operations.items(items(operand)));
    boolean exact = arguments.get(0, "case_sensitive").truth();
    Comparator<Value> order =
        Comparator.comparing(
            pair -> ((Sequence) pair).items().get(index),
            (left, right) -> operations.order(left, right, exact));
    pairs.sort(arguments.get(2, "reverse").truth() ? order.reversed() : order);
    return Sequence.of(pairs);
  }

  private Value reverse(Value operand) {
    List<Value> items = new ArrayList<>(operations.items(operand));
    Collections.reverse(items);
    return operand instanceof Str
        ? new Str(strings.join(Sequence.of(items), Text.EMPTY))
        : Sequence.of(items);
  }

  private Comparator<Value> order(boolean exact, Value attribute) {
    return (left, right) ->
        operations.order(keyOf(left, attribute), keyOf(right, attribute), exact);
  }

  private Value keyOf(Value item, Value attribute) {
    return attribute instanceof Undefined || attribute instanceof Value.None
        ? item
        : attribute(item, attribute);
  }

  private Value sort(Value operand, Arguments arguments) {
    List<Value> items = new ArrayList<>(operations.items(operand));
    Comparator<Value> order =
        order(arguments.get(1, "case_sensitive").truth(), arguments.get(2, "attribute"));
    items.sort(arguments.get(0, "reverse").truth() ? order.reversed() : order);
    return Sequence.of(items);
  }

  private Value unique(Value operand, Arguments arguments) {
    boolean exact = arguments.get(0, "case_sensitive").truth();
    Value attribute = arguments.get(1, "attribute");
    List<Value> kept = new ArrayList<>();
    for (Value item : operations.items(operand)) {
      boolean seen = false;
      for (int i = 0; i < kept.size() && !seen; i++) {
        Value mine = keyOf(item, attribute);
        Value other = keyOf(kept.get(i), attribute);
        seen =
            (!exact && mine instanceof Str && other instanceof Str)
                ? operations.order(mine, other, false) == 0
                : operations.same(mine, other);
      }
      if (!seen) {
        kept.add(item);
      }
    }
    return Sequence.of(kept);
  }

  private Value extreme(String name, Value operand, Arguments arguments) {
    Comparator<Value> order =
        order(arguments.get(0, "case_sensitive").truth(), arguments.get(1, "attribute"));
    Value best = new Undefined(name + " of nothing");
    for (Value item : operations.items(operand)) {
      budget.step();
      if (best instanceof Undefined
          || (name.equals("min") ? order.compare(item, best) < 0 : order.compare(item, best) > 0)) {
        best = item;
      }
    }
    return best;
  }

  private Value sum(Value operand, Arguments arguments) {
    Value attribute = arguments.get(0, "attribute");
    Value start = arguments.get(1, "start");
    Value sum = start instanceof Undefined ? new Whole(0, true) : start;
    for (Value item : operations.items(operand)) {
      budget.step();
      sum = operations.binary("+", sum, keyOf(item, attribute));
    }
    return sum;
  }

  private Value map(Value operand, Arguments arguments) {
    List<Value> out = new ArrayList<>();
    Value attribute = arguments.named().get("attribute");
    for (Value item : operations.items(operand)) {
      budget.step();
      if (attribute != null) {
        Value value = attribute(item, attribute);
        Value otherwise = arguments.named().get("default");
        out.add(value instanceof Undefined && otherwise != null ? otherwise : value);
      } else {
        String filter = name("map", arguments, 0);
        out.add(apply(filter, item, rest(arguments, 1)));
      }
    }
    return Sequence.of(out);
  }

  private static String name(String of, Arguments arguments, int position) {
    if (position >= arguments.positional().size()) {
      throw new Failure(of + " needs a name");
    }
    return text(arguments.positional().get(position)).value();
  }

  private static Arguments rest(Arguments arguments, int from) {
    List<Value> all = arguments.positional();
    return new Arguments(all.subList(Math.min(from, all.size()), all.size()), arguments.named());
  }

  private Value select(Value operand, Arguments arguments, boolean wanted) {
    List<Value> kept = new ArrayList<>();
    for (Value item : operations.items(operand)) {
      budget.step();
      boolean is =
          arguments.positional().isEmpty()
              ? item.truth()
              : tests.apply(name("select", arguments, 0), item, rest(arguments, 1));
      if (is == wanted) {
        kept.add(item);
      }
    }
    return Sequence.of(kept);
  }

  private Value selectAttribute(String name, Value operand, Arguments arguments) {
    boolean wanted = name.equals("selectattr");
    if (arguments.positional().isEmpty()) {
      throw new Failure(name + " needs an attribute");
    }
    List<Value> kept = new ArrayList<>();
    for (Value item : operations.items(operand)) {
      budget.step();
      Value value = attribute(item, arguments.positional().getFirst());
      boolean is =
          arguments.positional().size() == 1
              ? value.truth()
              : tests.apply(name(name, arguments, 1), value, rest(arguments, 2));
      if (is == wanted) {
        kept.add(item);
      }
    }
    return Sequence.of(kept);
  }

  /** An attribute by name, index or dotted path. */
  private Value attribute(Value item, Value path) {
    if (path instanceof Whole(long index, boolean trusted)) {
      return step(item, Long.toString(index));
    }
    Value value = item;
    for (String part : text(path).value().split("\\.", -1)) {
      budget.step();
      value = step(value, part);
    }
    return value;
  }

  private static Value step(Value value, String part) {
    return switch (value) {
      case Mapping mapping -> mapping.members().getOrDefault(part, new Undefined(part));
      case Value.Namespace(Map<String, Value> members) ->
          members.getOrDefault(part, new Undefined(part));
      case Sequence sequence -> {
        boolean digits =
            !part.isEmpty()
                && part.length() < 10
                && part.chars().allMatch(c -> c >= '0' && c <= '9');
        int index = digits ? Integer.parseInt(part) : Integer.MAX_VALUE;
        yield index < sequence.items().size() ? sequence.items().get(index) : new Undefined(part);
      }
      default -> new Undefined(part);
    };
  }
}
