// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import dev.freehold.engine.template.Value.Failure;
import dev.freehold.engine.template.Value.Mapping;
import dev.freehold.engine.template.Value.Sequence;
import dev.freehold.engine.template.Value.Str;
import dev.freehold.engine.template.Value.Whole;
import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Operators, and how values are written. */
final class Operations {
  private final Budget budget;

  Operations(Budget budget) {
    this.budget = budget;
  }

  /** White space as Python's {@code str.isspace} has it. */
  static boolean isSpace(int c) {
    return (c >= '\t' && c <= '\r')
        || (c >= 0x1C && c <= ' ')
        || c == 0x85
        || c == 0xA0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200A)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202F
        || c == 0x205F
        || c == 0x3000;
  }

  /** What a value looks like in the output: none and undefined like nothing. */
  Text display(Value value) {
    return switch (value) {
      case Str(Text text) -> text;
      case Whole(long number, boolean trusted) -> Text.of(Long.toString(number), trusted);
      case Value.Real(double number, boolean trusted) -> Text.of(real(number), trusted);
      case Value.Bool(boolean truth, boolean trusted) -> Text.of(Boolean.toString(truth), trusted);
      case Value.None ignored -> Text.EMPTY;
      case Value.Undefined ignored -> Text.EMPTY;
      case Sequence ignored -> json(value, Style.PLAIN);
      case Mapping ignored -> json(value, Style.PLAIN);
      case Value.Namespace ignored -> throw new Failure("a namespace can't be written");
      case Value.Function(String name, Value.Function.Body body) ->
          throw new Failure("the function '" + name + "' can't be written; call it");
      case Value.Loop ignored -> throw new Failure("the loop variable can't be written");
    };
  }

  private static String real(double number) {
    String text = number == 0 && 1 / number < 0 ? "-0" : Json.of(number).write();
    boolean plain = text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
    return plain ? text + ".0" : text;
  }

  Text concatenate(Text left, Text right) {
    budget.characters((long) left.length() + right.length());
    return new Text.Builder().append(left).append(right).build();
  }

  /**
   * JSON as Python's {@code json.dumps} writes it. Trusted only if all of the value is: between the
   * parts of an input even a comma is the input's.
   */
  Text json(Value value, Style style) {
    StringBuilder out = new StringBuilder();
    write(value, out, style, 0);
    budget.characters(out.length());
    return Text.of(out.toString(), value.isTrusted());
  }

  /** How JSON is written; {@code undefined} stands for what was never set. */
  record Style(
      String indent, String comma, String colon, boolean ascii, boolean sorted, String undefined) {
    private static final Style PLAIN = new Style("", ", ", ": ", false, false, "undefined");

    void line(StringBuilder out, int depth) {
      if (!indent.isEmpty()) {
        out.append('\n').repeat(indent, depth);
      }
    }
  }

  private void write(Value value, StringBuilder out, Style style, int depth) {
    budget.step();
    if (out.length() > Budget.OUTPUT) {
      throw new Failure("a value's JSON grows beyond " + Budget.OUTPUT + " characters");
    }
    switch (value) {
      case Str(Text text) -> quote(text.value(), out, style.ascii());
      case Whole(long number, boolean trusted) -> out.append(number);
      case Value.Real(double number, boolean trusted) -> out.append(real(number));
      case Value.Bool(boolean truth, boolean trusted) -> out.append(truth);
      case Value.None ignored -> out.append("null");
      case Value.Undefined ignored -> out.append(style.undefined());
      case Sequence sequence -> {
        out.append('[');
        String separator = "";
        for (Value item : sequence.items()) {
          out.append(separator);
          style.line(out, depth + 1);
          write(item, out, style, depth + 1);
          separator = style.comma();
        }
        if (!sequence.items().isEmpty()) {
          style.line(out, depth);
        }
        out.append(']');
      }
      case Mapping mapping -> {
        Map<String, Value> members =
            style.sorted() ? new TreeMap<>(mapping.members()) : mapping.members();
        out.append('{');
        String separator = "";
        for (Map.Entry<String, Value> member : members.entrySet()) {
          out.append(separator);
          style.line(out, depth + 1);
          quote(member.getKey(), out, style.ascii());
          out.append(style.colon());
          write(member.getValue(), out, style, depth + 1);
          separator = style.comma();
        }
        if (!members.isEmpty()) {
          style.line(out, depth);
        }
        out.append('}');
      }
      case Value.Namespace ignored -> throw noJson(value);
      case Value.Function ignored -> throw noJson(value);
      case Value.Loop ignored -> throw noJson(value);
    }
  }

  private static Failure noJson(Value value) {
    return new Failure(value.kind() + " has no JSON");
  }

  private static void quote(String text, StringBuilder out, boolean ascii) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            out.append("\\u").append(Character.forDigit(c >> 12, 16));
            out.append(Character.forDigit(c >> 8 & 15, 16));
            out.append(Character.forDigit(c >> 4 & 15, 16)).append(Character.forDigit(c & 15, 16));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** {@code + - * / // % ** ~} of two values. */
  Value binary(String operator, Value left, Value right) {
    if (left instanceof Value.Undefined || right instanceof Value.Undefined) {
      throw mismatch(operator, left, right);
    }
    if (operator.equals("~")) {
      return new Str(concatenate(display(left), display(right)));
    }
    boolean scalars =
        (left instanceof Str || left.isNumber()) && (right instanceof Str || right.isNumber());
    if (operator.equals("+") && scalars && (left instanceof Str || right instanceof Str)) {
      return new Str(concatenate(display(left), display(right)));
    }
    if (operator.equals("+")
        && left instanceof Sequence first
        && right instanceof Sequence second) {
      budget.steps(first.items().size() + second.items().size());
      List<Value> all = new ArrayList<>(first.items());
      all.addAll(second.items());
      return Sequence.of(all);
    }
    if (operator.equals("*")
        && left instanceof Str(Text text)
        && right instanceof Whole(long count, boolean t)) {
      budget.characters(
          Math.multiplyHigh(text.length(), count) != 0
              ? Long.MAX_VALUE
              : text.length() * Math.max(0, count));
      return new Str(
          Text.of(text.value().repeat(Math.clamp(count, 0, Budget.OUTPUT)), text.isTrusted()));
    }
    if (!left.isNumber() || !right.isNumber()) {
      throw mismatch(operator, left, right);
    }
    return arithmetic(operator, left, right);
  }

  private static Failure mismatch(String operator, Value left, Value right) {
    return new Failure(
        "'" + operator + "' does not apply to " + left.kind() + " and " + right.kind());
  }

  private static Value arithmetic(String operator, Value left, Value right) {
    boolean trusted = left.isTrusted() && right.isTrusted();
    double a = left.number();
    double b = right.number();
    if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new Failure("division by zero");
    }
    if (left instanceof Value.Real || right instanceof Value.Real || operator.equals("/")) {
      double result =
          switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor(a / b);
            case "%" -> a - b * Math.floor(a / b);
            case "**" -> StrictMath.pow(a, b);
            default -> throw mismatch(operator, left, right);
          };
      return real(result, trusted);
    }
    long x = left instanceof Whole(long value, boolean t) ? value : (long) a;
    long y = right instanceof Whole(long value, boolean t) ? value : (long) b;
    if (operator.equals("**") && y < 0) {
      return real(StrictMath.pow(a, b), trusted);
    }
    try {
      long result =
          switch (operator) {
            case "+" -> Math.addExact(x, y);
            case "-" -> Math.subtractExact(x, y);
            case "*" -> Math.multiplyExact(x, y);
            case "//" -> Math.floorDivExact(x, y);
            case "%" -> Math.floorMod(x, y);
            case "**" -> power(x, y);
            default -> throw mismatch(operator, left, right);
          };
      return new Whole(result, trusted);
    } catch (ArithmeticException e) {
      throw new Failure("a whole number grows beyond 64 bits");
    }
  }

  private static long power(long base, long exponent) {
    if (exponent > 64 && base != 0 && base != 1 && base != -1) {
      throw new ArithmeticException();
    }
    long result = 1;
    for (long i = base == -1 ? exponent % 2 : Math.min(exponent, 64); i > 0; i--) {
      result = Math.multiplyExact(result, base);
    }
    return result;
  }

  private static Value real(double value, boolean trusted) {
    if (!Double.isFinite(value)) {
      throw new Failure("the result is not a finite number");
    }
    return new Value.Real(value, trusted);
  }

  /** {@code == != < <= > >= in}, {@code not in}. */
  boolean compare(String operator, Value left, Value right) {
    return switch (operator) {
      case "==" -> same(left, right);
      case "!=" -> !same(left, right);
      case "in" -> contains(right, left);
      case "not in" -> !contains(right, left);
      case "<" -> order(left, right, true) < 0;
      case "<=" -> order(left, right, true) <= 0;
      case ">" -> order(left, right, true) > 0;
      default -> order(left, right, true) >= 0;
    };
  }

  boolean same(Value left, Value right) {
    budget.steps((int) Math.min(left.extent().values(), right.extent().values()));
    if (left instanceof Str(Text a) && right instanceof Str(Text b) && a.length() == b.length()) {
      budget.characters(a.length());
    }
    return left.same(right);
  }

  private boolean contains(Value all, Value part) {
    return switch (all) {
      case Sequence sequence -> {
        boolean found = false;
        for (int i = 0; i < sequence.items().size() && !found; i++) {
          Value item = sequence.items().get(i);
          found = item instanceof Value.Bool == part instanceof Value.Bool && same(item, part);
        }
        yield found;
      }
      case Mapping mapping ->
          part instanceof Str(Text text) && mapping.members().containsKey(text.value());
      case Str(Text text) -> {
        if (!(part instanceof Str(Text sought))) {
          throw new Failure("a string can contain strings, not " + part.kind());
        }
        budget.characters(text.length());
        yield text.value().contains(sought.value());
      }
      case Value.Undefined ignored -> false;
      default -> throw new Failure("'in' does not apply to " + all.kind());
    };
  }

  /** Which of two numbers, strings or lists comes first. */
  int order(Value left, Value right, boolean exact) {
    if (left.isNumber() && right.isNumber()) {
      return left instanceof Whole(long a, boolean s) && right instanceof Whole(long b, boolean t)
          ? Long.compare(a, b)
          : Double.compare(left.number() + 0.0, right.number() + 0.0);
    }
    if (left instanceof Str(Text a) && right instanceof Str(Text b)) {
      budget.characters(Math.min(a.length(), b.length()));
      budget.step();
      return exact ? a.value().compareTo(b.value()) : lower(a.value()).compareTo(lower(b.value()));
    }
    if (left instanceof Sequence a && right instanceof Sequence b) {
      for (int i = 0; i < Math.min(a.items().size(), b.items().size()); i++) {
        int order = order(a.items().get(i), b.items().get(i), exact);
        if (order != 0) {
          return order;
        }
      }
      return Integer.compare(a.items().size(), b.items().size());
    }
    if ((left instanceof Value.None && right instanceof Value.None)
        || (left instanceof Value.Undefined && right instanceof Value.Undefined)) {
      return 0;
    }
    throw new Failure(left.kind() + " and " + right.kind() + " have no order");
  }

  static String lower(String text) {
    return text.toLowerCase(java.util.Locale.ROOT);
  }

  /** What a loop goes over. */
  List<Value> items(Value value) {
    return switch (value) {
      case Sequence sequence -> sequence.items();
      case Mapping mapping -> {
        budget.steps(mapping.members().size());
        List<Value> keys = new ArrayList<>();
        mapping.members().keySet().forEach(name -> keys.add(mapping.key(name)));
        yield keys;
      }
      case Str(Text text) -> {
        List<Value> characters = new ArrayList<>();
        for (int i = 0; i < text.length(); ) {
          budget.step();
          int next = text.value().offsetByCodePoints(i, 1);
          characters.add(new Str(text.sub(i, next)));
          i = next;
        }
        yield characters;
      }
      case Value.Undefined ignored -> List.of();
      default -> throw new Failure(value.kind() + " has no items to go over");
    };
  }

  /** Python's {@code object[start:stop:step]}. */
  Value slice(Value object, Value start, Value stop, Value step) {
    List<Value> items =
        switch (object) {
          case Sequence sequence -> sequence.items();
          case Str text -> items(text);
          default -> throw new Failure(object.kind() + " has no slices");
        };
    int size = items.size();
    long stride = bound(step, 1);
    if (stride == 0) {
      throw new Failure("the step of a slice can't be 0");
    }
    long low = stride > 0 ? 0 : -1;
    long high = stride > 0 ? size : size - 1L;
    long from = clamp(bound(start, stride > 0 ? 0 : Long.MAX_VALUE), size, low, high, start);
    long to = clamp(bound(stop, stride > 0 ? Long.MAX_VALUE : -1), size, low, high, stop);
    List<Value> taken = new ArrayList<>();
    for (long i = from; stride > 0 ? i < to : i > to; i += stride) {
      budget.step();
      taken.add(items.get((int) i));
      if (Math.abs(stride) > size) {
        break;
      }
    }
    if (object instanceof Str) {
      Text.Builder text = new Text.Builder();
      taken.forEach(item -> text.append(display(item)));
      return new Str(text.build());
    }
    return Sequence.of(taken);
  }

  private static long bound(Value value, long otherwise) {
    return switch (value) {
      case Whole(long number, boolean trusted) -> number;
      case Value.Undefined ignored -> otherwise;
      case Value.None ignored -> otherwise;
      default -> throw new Failure("the bounds of a slice are integers, not " + value.kind());
    };
  }

  private static long clamp(long bound, int size, long low, long high, Value given) {
    boolean fromEnd = given instanceof Whole && bound < 0;
    return Math.clamp(fromEnd ? bound + size : bound, low, high);
  }

  /** {@code range(...)}. */
  Value range(Value.Arguments arguments) {
    boolean one = arguments.positional().size() == 1;
    long first = one ? 0 : whole(arguments.get(0, "start"));
    long last = whole(arguments.get(one ? 0 : 1, "stop"));
    long step = arguments.positional().size() > 2 ? whole(arguments.get(2, "step")) : 1;
    if (step == 0) {
      throw new Failure("the step of a range can't be 0");
    }
    boolean trusted = arguments.positional().stream().allMatch(Value::isTrusted);
    List<Value> items = new ArrayList<>();
    for (long i = first; step > 0 ? i < last : i > last; ) {
      budget.step();
      items.add(new Whole(i, trusted));
      long next = i + step;
      if ((step > 0) != (next > i)) {
        break;
      }
      i = next;
    }
    return Sequence.of(items);
  }

  static long whole(Value value) {
    return switch (value) {
      case Whole(long number, boolean trusted) -> number;
      default -> throw new Failure("an integer is due here, not " + value.kind());
    };
  }
}
