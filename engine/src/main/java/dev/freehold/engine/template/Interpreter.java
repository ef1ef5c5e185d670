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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs one rendering. Owned by the thread that renders. */
final class Interpreter {
  /** How a block of statements was left. */
  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  private final String source;
  private final Budget budget = new Budget();
  private final Operations operations = new Operations(budget);
  private final Strings strings = new Strings(budget, operations);
  private final Tests tests = new Tests(operations);
  private final Filters filters = new Filters(budget, operations, strings, tests);
  private final ExpressionsOf expressions = new ExpressionsOf();

  Interpreter(String source) {
    this.source = source;
  }

  Text run(List<Node.Statement> template, Map<String, Value> variables) {
    Scope globals = new Scope(null);
    globals.set("range", new Function("range", operations::range));
    globals.set("namespace", new Function("namespace", this::namespace));
    globals.set("dict", new Function("dict", this::dict));
    globals.set("raise_exception", new Function("raise_exception", this::raise));
    if (variables.get("date_string") instanceof Str date) {
      globals.set("strftime_now", new Function("strftime_now", arguments -> date));
    }
    Scope scope = new Scope(globals);
    variables.forEach(scope::set);
    Text.Builder out = new Text.Builder();
    execute(template, new Scope(scope), out);
    return out.build();
  }

  private Value raise(Arguments arguments) {
    Text message = operations.display(arguments.get(0, "message"));
    throw new Failure("the template refuses these messages: " + message.value());
  }

  private Value namespace(Arguments arguments) {
    return new Value.Namespace(new LinkedHashMap<>(members(arguments)));
  }

  private Value dict(Arguments arguments) {
    return Mapping.of(members(arguments), trustedKeys(arguments));
  }

  private static boolean trustedKeys(Arguments arguments) {
    return arguments.positional().stream()
        .allMatch(given -> given instanceof Mapping mapping && mapping.trustedKeys());
  }

  private static Map<String, Value> members(Arguments arguments) {
    Map<String, Value> members = new LinkedHashMap<>();
    for (Value given : arguments.positional()) {
      switch (given) {
        case Mapping mapping -> members.putAll(mapping.members());
        case Sequence sequence -> {
          for (Value pair : sequence.items()) {
            if (pair instanceof Sequence two && two.items().size() == 2) {
              members.put(Strings.string(two.items().get(0)).value(), two.items().get(1));
            } else {
              throw new Failure("a pair of name and value is due here, not " + pair.kind());
            }
          }
        }
        default -> throw new Failure("a mapping is due here, not " + given.kind());
      }
    }
    members.putAll(arguments.named());
    return members;
  }

  private TemplateException error(Node node, String message) {
    return Lexer.error(source, node.at(), message);
  }

  private Flow execute(List<Node.Statement> statements, Scope scope, Text.Builder out) {
    Flow flow = Flow.NEXT;
    for (int i = 0; i < statements.size() && flow == Flow.NEXT; i++) {
      Node.Statement statement = statements.get(i);
      try {
        budget.enter();
        budget.step();
        flow = execute(statement, scope, out);
        if (out.length() > Budget.OUTPUT) {
          throw new Failure("the output grows beyond " + Budget.OUTPUT + " characters");
        }
        budget.leave();
      } catch (Failure failure) {
        throw error(statement, String.valueOf(failure.getMessage()));
      }
    }
    return flow;
  }

  private Flow execute(Node.Statement statement, Scope scope, Text.Builder out) {
    switch (statement) {
      case Node.Raw(int at, Text text) -> append(out, text);
      case Node.Output(int at, Node.Expression value) ->
          append(out, operations.display(expressions.evaluate(value, scope)));
      case Node.Assign assign -> assign(assign, scope);
      case Node.AssignBlock(
              int at,
              String name,
              List<Node.Filter> applied,
              List<Node.Statement> body) -> {
        Value value = new Str(block(body, scope));
        scope.set(name, filtered(applied, value, scope));
      }
      case Node.If(
              int at,
              Node.Expression condition,
              List<Node.Statement> then,
              List<Node.Statement> otherwise) -> {
        return execute(
            expressions.evaluate(condition, scope).truth() ? then : otherwise, scope, out);
      }
      case Node.For loop ->
          new Looping(loop, scope, 1).run(expressions.evaluate(loop.items(), scope), out);
      case Node.Macro macro -> {
        Function function =
            new Function(
                macro.name(),
                arguments ->
                    callMacro(macro.name(), macro.parameters(), macro.body(), arguments, scope));
        scope.set(macro.name(), function);
      }
      case Node.CallBlock(
              int at,
              List<Node.Parameter> parameters,
              Node.Call call,
              List<Node.Statement> body) -> {
        Function caller =
            new Function(
                "caller", arguments -> callMacro("caller", parameters, body, arguments, scope));
        Arguments given = expressions.arguments(call.arguments(), scope);
        Map<String, Value> named = new LinkedHashMap<>(given.named());
        named.put("caller", caller);
        Value callee = expressions.evaluate(call.callee(), scope);
        append(
            out,
            operations.display(expressions.call(callee, new Arguments(given.positional(), named))));
      }
      case Node.FilterBlock(int at, List<Node.Filter> applied, List<Node.Statement> body) ->
          append(out, operations.display(filtered(applied, new Str(block(body, scope)), scope)));
      case Node.Break ignored -> {
        return Flow.BREAK;
      }
      case Node.Continue ignored -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.NEXT;
  }

  private void append(Text.Builder out, Text text) {
    budget.characters(text.length());
    out.append(text);
  }

  private Text block(List<Node.Statement> body, Scope scope) {
    Text.Builder out = new Text.Builder();
    execute(body, new Scope(scope), out);
    return out.build();
  }

  private Value filtered(List<Node.Filter> applied, Value start, Scope scope) {
    Value value = start;
    for (Node.Filter filter : applied) {
      value = filters.apply(filter.name(), value, expressions.arguments(filter.arguments(), scope));
    }
    return value;
  }

  private void assign(Node.Assign assign, Scope scope) {
    Value value = expressions.evaluate(assign.value(), scope);
    if (assign.attribute() == null) {
      bind(assign.names(), value, scope);
    } else if (scope.get(assign.names().getFirst())
        instanceof Value.Namespace(Map<String, Value> members)) {
      members.put(assign.attribute(), value);
    } else {
      throw new Failure(
          "only attributes of a namespace can be set, and '"
              + assign.names().getFirst()
              + "' is none");
    }
  }

  private void bind(List<String> names, Value value, Scope scope) {
    if (names.size() == 1) {
      scope.set(names.getFirst(), value);
      return;
    }
    List<Value> items = operations.items(value);
    if (items.size() != names.size()) {
      throw new Failure(names.size() + " names can't take " + items.size() + " values");
    }
    for (int i = 0; i < items.size(); i++) {
      scope.set(names.get(i), items.get(i));
    }
  }

  private Value callMacro(
      String name,
      List<Node.Parameter> parameters,
      List<Node.Statement> body,
      Arguments arguments,
      Scope definition) {
    Scope scope = new Scope(definition);
    Map<String, Value> named = new LinkedHashMap<>(arguments.named());
    Value caller = named.remove("caller");
    if (caller != null) {
      scope.set("caller", caller);
    }
    List<Value> positional = arguments.positional();
    for (int i = 0; i < parameters.size(); i++) {
      Node.Parameter parameter = parameters.get(i);
      Value value = i < positional.size() ? positional.get(i) : named.remove(parameter.name());
      if (value == null) {
        value =
            parameter.value() == null
                ? new Undefined(parameter.name())
                : expressions.evaluate(parameter.value(), scope);
      }
      scope.set(parameter.name(), value);
    }
    if (positional.size() > parameters.size() || !named.isEmpty()) {
      throw new Failure(
          "'"
              + name
              + "' takes "
              + parameters.size()
              + " arguments at most and none beyond its own");
    }
    Text.Builder out = new Text.Builder();
    execute(body, scope, out);
    return new Str(out.build());
  }

  /** One for loop, which may be called again from within where it is recursive. */
  private final class Looping {
    private final Node.For loop;
    private final Scope outer;
    private final int depth;

    Looping(Node.For loop, Scope outer, int depth) {
      this.loop = loop;
      this.outer = outer;
      this.depth = depth;
    }

    void run(Value over, Text.Builder out) {
      List<Value> items = operations.items(over);
      if (loop.condition() != null) {
        List<Value> kept = new ArrayList<>();
        for (Value item : items) {
          budget.step();
          Scope scope = new Scope(outer);
          bind(loop.names(), item, scope);
          if (expressions.evaluate(loop.condition(), scope).truth()) {
            kept.add(item);
          }
        }
        items = kept;
      }
      boolean trusted = over.isTrusted();
      Function again = new Function("loop", this::again);
      for (int i = 0; i < items.size(); i++) {
        budget.steps(4);
        Scope scope = new Scope(outer);
        bind(loop.names(), items.get(i), scope);
        scope.set("loop", new Value.Loop(members(items, i, trusted), again));
        if (execute(loop.body(), scope, out) == Flow.BREAK) {
          break;
        }
      }
      if (items.isEmpty()) {
        execute(loop.otherwise(), new Scope(outer), out);
      }
    }

    private Value again(Arguments arguments) {
      if (!loop.recursive()) {
        throw new Failure("the loop is not marked recursive");
      }
      Text.Builder out = new Text.Builder();
      new Looping(loop, outer, depth + 1).run(arguments.get(0, "items"), out);
      return new Str(out.build());
    }

    private Mapping members(List<Value> items, int i, boolean trusted) {
      int size = items.size();
      Map<String, Value> members = new HashMap<>();
      members.put("index", new Whole(i + 1L, trusted));
      members.put("index0", new Whole(i, trusted));
      members.put("revindex", new Whole(size - i, trusted));
      members.put("revindex0", new Whole(size - i - 1L, trusted));
      members.put("length", new Whole(size, trusted));
      members.put("first", new Value.Bool(i == 0, trusted));
      members.put("last", new Value.Bool(i == size - 1, trusted));
      members.put("depth", new Whole(depth, trusted));
      members.put("depth0", new Whole(depth - 1L, trusted));
      members.put("previtem", i > 0 ? items.get(i - 1) : new Undefined("previtem"));
      members.put("nextitem", i + 1 < size ? items.get(i + 1) : new Undefined("nextitem"));
      return new Mapping(members, true, new Value.Extent(0, 1, trusted));
    }
  }

  /** Expressions' values. */
  private final class ExpressionsOf {
    private static final Set<String> MAPPING_METHODS = Set.of("get", "items", "keys", "values");

    Value evaluate(Node.Expression expression, Scope scope) {
      try {
        budget.enter();
        budget.step();
        Value value = value(expression, scope);
        budget.leave();
        return value;
      } catch (Failure failure) {
        throw error(expression, String.valueOf(failure.getMessage()));
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

    private Value dictionary(
        List<Node.Expression> keys, List<Node.Expression> values, Scope scope) {
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
        case Value.Bool truth ->
            new Whole((minus ? -1 : 1) * (long) truth.number(), truth.trusted());
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
        if (object instanceof Value.Loop(Mapping members, Function again)
            && method.equals("cycle")) {
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
          yield value != null
              ? value
              : otherwise instanceof Undefined ? new Value.None() : otherwise;
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
}
