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
  private final Expressions expressions;

  Interpreter(String source) {
    this.source = source;
    this.expressions = new Expressions(source, budget, operations, strings, tests, filters);
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
}
