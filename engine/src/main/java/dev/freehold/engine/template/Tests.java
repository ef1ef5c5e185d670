// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import dev.freehold.engine.template.Value.Arguments;
import dev.freehold.engine.template.Value.Failure;
import dev.freehold.engine.template.Value.Str;

/** The tests: what may follow {@code is}. */
final class Tests {
  private final Operations operations;

  Tests(Operations operations) {
    this.operations = operations;
  }

  boolean apply(String name, Value value, Arguments arguments) {
    return switch (name) {
      case "defined" -> !(value instanceof Value.Undefined);
      case "undefined" -> value instanceof Value.Undefined;
      case "none" -> value instanceof Value.None;
      case "boolean" -> value instanceof Value.Bool;
      case "true" -> value instanceof Value.Bool(boolean truth, boolean trusted) && truth;
      case "false" -> value instanceof Value.Bool(boolean truth, boolean trusted) && !truth;
      case "string" -> value instanceof Str;
      case "number" -> value instanceof Value.Whole || value instanceof Value.Real;
      case "integer" -> value instanceof Value.Whole;
      case "float" -> value instanceof Value.Real;
      case "mapping" -> value instanceof Value.Mapping;
      case "iterable" -> isSequence(value);
      case "sequence" -> isSequence(value);
      case "callable" -> value instanceof Value.Function || value instanceof Value.Loop;
      case "odd" -> Math.floorMod(Operations.whole(value), 2) == 1;
      case "even" -> Math.floorMod(Operations.whole(value), 2) == 0;
      case "divisibleby" -> {
        long by = Operations.whole(one(name, arguments));
        if (by == 0) {
          throw new Failure("division by zero");
        }
        yield Operations.whole(value) % by == 0;
      }
      case "lower" -> {
        String text = Strings.string(value).value();
        yield text.equals(Operations.lower(text));
      }
      case "upper" -> {
        String text = Strings.string(value).value();
        yield text.equals(text.toUpperCase(java.util.Locale.ROOT));
      }
      case "eq", "equalto", "sameas" -> operations.same(value, one(name, arguments));
      case "ne" -> !operations.same(value, one(name, arguments));
      case "lt", "lessthan" -> operations.compare("<", value, one(name, arguments));
      case "le" -> operations.compare("<=", value, one(name, arguments));
      case "gt", "greaterthan" -> operations.compare(">", value, one(name, arguments));
      case "ge" -> operations.compare(">=", value, one(name, arguments));
      case "in" -> operations.compare("in", value, one(name, arguments));
      default -> throw new Failure("there is no test '" + name + "' here");
    };
  }

  private static boolean isSequence(Value value) {
    return value instanceof Value.Sequence
        || value instanceof Value.Mapping
        || value instanceof Str;
  }

  private static Value one(String name, Arguments arguments) {
    if (arguments.positional().size() != 1) {
      throw new Failure("the test '" + name + "' takes one argument");
    }
    return arguments.positional().getFirst();
  }
}
