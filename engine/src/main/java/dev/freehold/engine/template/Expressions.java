// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import dev.freehold.engine.template.Value.Arguments;
import dev.freehold.engine.template.Value.Failure;
import dev.freehold.engine.template.Value.Function;
import dev.freehold.engine.template.Value.Mapping;
import dev.freehold.engine.template.Value.Sequence;
import dev.freehold.engine.template.Value.Str;
import dev.freehold.engine.template.Value.Undefined;
import dev.freehold.engine.template.Value.Whole;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The values of expressions, in one rendering. Owned by the thread that renders. */
final class Expressions {
  private static final Set<String> MAPPING_METHODS = Set.of("get", "items", "keys", "values");

  private final String source;
  private final Budget budget;
  private final Operations operations;
  private final Strings strings;
  private final Tests tests;
  private final Filters filters;

  Expressions(
      String source,
      Budget budget,
      Operations operations,
      Strings strings,
      Tests tests,
      Filters filters) {
    this.source = source;
    this.budget = budget;
    this.operations = operations;
    this.strings = strings;
    this.tests = tests;
    this.filters = filters;
  }

  /**
   * Evaluates one.
   *
   * @throws TemplateException if it has no value, saying where it stands
   */
  Value evaluate(Node.Expression expression, Scope scope) {
    try {
      budget.enter();
      budget.step();
      Value value = value(expression, scope);
      budget.leave();
      return value;
    } catch (Failure failure) {
      throw Lexer.error(source, expression.at(), String.valueOf(failure.getMessage()));
    }
  }

  private Value value(Node.Expression expression, Scope scope) {
    return switch (expression) {
      case Node.Literal(int at, Value value) -> value;
      case Node.Name(int at, String name) -> scope.get(name);
      case Node.ListOf(int at, List<Node.Expression> items) -> {
        List<Value> values = new ArrayList<>(items.size());
        items.forEach(item -> values.add(evaluate(item, scope)));
        yield Sequence.of(values);
      }
      case Node.DictOf(int at, List<Node.Expression> keys, List<Node.Expression> values) ->
          dictionary(keys, values, scope);
      case Node.Member member ->
          member(evaluate(member.object(), scope), evaluate(member.key(), scope));
      case Node.Slice slice ->
          operations.slice(
              evaluate(slice.object(), scope),
              optional(slice.start(), scope),
              optional(slice.stop(), scope),
              optional(slice.step(), scope));
      case Node.Call call -> call(call, scope);
      case Node.Filter(int at, Node.Expression operand, String name, List<Node.Argument> given) ->
          filters.apply(name, evaluate(operand, scope), arguments(given, scope));
      case Node.Test(
              int at,
              Node.Expression operand,
              String name,
              List<Node.Argument> given,
              boolean negated) -> {
        Value value = evaluate(operand, scope);
        yield new Value.Bool(
            tests.apply(name, value, arguments(given, scope)) != negated, value.isTrusted());
      }
      case Node.Unary(int at, String operator, Node.Expression operand) ->
          unary(operator, evaluate(operand, scope));
      case Node.Binary binary -> binary(binary, scope);
      case Node.Comparison comparison -> comparison(comparison, scope);
      case Node.Conditional(
              int at,
              Node.Expression condition,
              Node.Expression then,
              Node.Expression otherwise) ->
          evaluate(condition, scope).truth() ? evaluate(then, scope) : optional(otherwise, scope);
    };
  }

  private Value optional(Node.@Nullable Expression expression, Scope scope) {
    return expression == null ? new Undefined("") : evaluate(expression, scope);
  }

  private Value dictionary(List<Node.Expression> keys, List<Node.Expression> values, Scope scope) {
    Map<String, Value> members = new LinkedHashMap<>();
    boolean trusted = true;
    for (int i = 0; i < keys.size(); i++) {
      Text key = Strings.string(evaluate(keys.get(i), scope));
      trusted &= key.isTrusted();
      members.put(key.value(), evaluate(values.get(i), scope));
    }
    return Mapping.of(members, trusted);
  }

  private static Value unary(String operator, Value operand) {
    if (operator.equals("not")) {
      return new Value.Bool(!operand.truth(), operand.isTrusted());
    }
    boolean minus = operator.equals("-");
    return switch (operand) {
      case Whole(long value, boolean trusted) -> {
        if (minus && value == Long.MIN_VALUE) {
          throw new Failure("a whole number grows beyond 64 bits");
        }
        yield new Whole(minus ? -value : value, trusted);
      }
      case Value.Real(double value, boolean trusted) ->
          new Value.Real(minus ? -value : value, trusted);
      case Value.Bool truth -> new Whole((minus ? -1 : 1) * (long) truth.number(), truth.trusted());
      default -> throw new Failure("'" + operator + "' does not apply to " + operand.kind());
    };
  }

  private Value binary(Node.Binary binary, Scope scope) {
    Value left = evaluate(binary.left(), scope);
    if (binary.operator().equals("and")) {
      return left.truth() ? evaluate(binary.right(), scope) : left;
    }
    if (binary.operator().equals("or")) {
      return left.truth() ? left : evaluate(binary.right(), scope);
    }
    return operations.binary(binary.operator(), left, evaluate(binary.right(), scope));
  }

  private Value comparison(Node.Comparison comparison, Scope scope) {
    Value left = evaluate(comparison.first(), scope);
    boolean trusted = left.isTrusted();
    boolean holds = true;
    for (int i = 0; i < comparison.operators().size() && holds; i++) {
      Value right = evaluate(comparison.others().get(i), scope);
      trusted &= right.isTrusted();
      holds = operations.compare(comparison.operators().get(i), left, right);
      left = right;
    }
    return new Value.Bool(holds, trusted);
  }

  private Value member(Value object, Value key) {
    return switch (object) {
      case Mapping mapping ->
          key instanceof Str(Text name)
              ? mapping.members().getOrDefault(name.value(), new Undefined(name.value()))
              : new Undefined("");
      case Value.Namespace(Map<String, Value> members) ->
          members.getOrDefault(
              Strings.string(key).value(), new Undefined(Strings.string(key).value()));
      case Value.Loop(Mapping members, Function again) -> member(members, key);
      case Sequence sequence -> {
        int size = sequence.items().size();
        if (!(key instanceof Whole(long index, boolean trusted))) {
          yield new Undefined(operations.display(key).value());
        }
        long at = index < 0 ? index + size : index;
        yield at >= 0 && at < size
            ? sequence.items().get((int) at)
            : new Undefined("item " + index);
      }
      case Str(Text text) -> {
        if (!(key instanceof Whole(long index, boolean trusted))) {
          yield new Undefined(operations.display(key).value());
        }
        budget.characters(text.length());
        int size = text.value().codePointCount(0, text.length());
        long at = index < 0 ? index + size : index;
        if (at < 0 || at >= size) {
          yield new Undefined("character " + index);
        }
        int from = text.value().offsetByCodePoints(0, (int) at);
        yield new Str(text.sub(from, text.value().offsetByCodePoints(from, 1)));
      }
      default -> new Undefined(key instanceof Str(Text name) ? name.value() : "");
    };
  }

  private Value call(Node.Call call, Scope scope) {
    Arguments arguments = arguments(call.arguments(), scope);
    if (call.callee() instanceof Node.Member member
        && member.dotted()
        && member.key() instanceof Node.Literal(int at, Str(Text name))) {
      Value object = evaluate(member.object(), scope);
      String method = name.value();
      if (object instanceof Str(Text text) && Strings.METHODS.contains(method)) {
        return strings.call(method, text, arguments);
      }
      if (object instanceof Mapping mapping && MAPPING_METHODS.contains(method)) {
        return method(mapping, method, arguments);
      }
      if (object instanceof Value.Loop(Mapping members, Function again) && method.equals("cycle")) {
        List<Value> choices = arguments.positional();
        if (choices.isEmpty()) {
          throw new Failure("cycle needs something to choose from");
        }
        long index = Operations.whole(member(members, Str.of("index0", true)));
        return choices.get((int) (index % choices.size()));
      }
      Value value = member(object, new Str(name));
      if (value instanceof Undefined) {
        throw new Failure(object.kind() + " has no method '" + method + "' here");
      }
      return call(value, arguments);
    }
    Value callee = evaluate(call.callee(), scope);
    if (callee instanceof Undefined(String name) && name.equals("strftime_now")) {
      throw new Failure(
          "the template asks for the time; give it the variable date_string, so that the same"
              + " request gives the same prompt");
    }
    return call(callee, arguments);
  }

  Value call(Value callee, Arguments arguments) {
    return switch (callee) {
      case Function(String name, Function.Body body) -> body.call(arguments);
      case Value.Loop(Mapping members, Function again) -> again.body().call(arguments);
      default -> throw new Failure(callee.kind() + " can't be called");
    };
  }

  private Value method(Mapping mapping, String method, Arguments arguments) {
    return switch (method) {
      case "get" -> {
        Text name = Strings.string(arguments.only(method, "key", "default").get(0, "key"));
        Value otherwise = arguments.get(1, "default");
        Value value = mapping.members().get(name.value());
        yield value != null ? value : otherwise instanceof Undefined ? new Value.None() : otherwise;
      }
      case "items" -> filters.items(mapping);
      case "keys" -> Sequence.of(operations.items(mapping));
      default -> {
        budget.steps(mapping.members().size());
        yield Sequence.of(List.copyOf(mapping.members().values()));
      }
    };
  }

  Arguments arguments(List<Node.Argument> given, Scope scope) {
    if (given.isEmpty()) {
      return Arguments.NONE;
    }
    List<Value> positional = new ArrayList<>();
    Map<String, Value> named = new LinkedHashMap<>();
    for (Node.Argument argument : given) {
      Value value = evaluate(argument.value(), scope);
      if (argument.name() != null) {
        add(named, argument.name(), value);
      } else if (argument.stars() == 0) {
        positional.add(value);
      } else if (argument.stars() == 1) {
        positional.addAll(operations.items(value));
      } else if (value instanceof Mapping mapping) {
        mapping.members().forEach((name, member) -> add(named, name, member));
      } else {
        throw new Failure("'**' needs a mapping, not " + value.kind());
      }
    }
    return new Arguments(positional, named);
  }

  private static void add(Map<String, Value> named, String name, Value value) {
    if (named.put(name, value) != null) {
      throw new Failure("the argument '" + name + "' is given twice");
    }
  }
}
