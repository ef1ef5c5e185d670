// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an expression of a template can be. */
sealed interface Value {
  /** A string. */
  record Str(Text text) implements Value {
    static Str of(String value, boolean trusted) {
      return new Str(Text.of(value, trusted));
    }
  }

  /** A whole number. */
  record Whole(long value, boolean trusted) implements Value {}

  /** A floating-point number. */
  record Real(double value, boolean trusted) implements Value {}

  /** True or false. */
  record Bool(boolean value, boolean trusted) implements Value {}

  /** {@code none}. */
  record None() implements Value {}

  /** What was never set; {@code what} names it in errors. */
  record Undefined(String what) implements Value {}

  /**
   * How deep lists and mappings nest in a value, how many values it holds in all, and whether all
   * are trusted.
   */
  record Extent(int depth, long values, boolean trusted) {}

  /** A list or tuple. */
  record Sequence(List<Value> items, Extent extent) implements Value {
    public Sequence {
      items = Collections.unmodifiableList(items);
    }

    static Sequence of(List<? extends Value> items) {
      return new Sequence(new ArrayList<>(items), extentOver(items));
    }
  }

  /** A dictionary with string keys; {@code trustedKeys} says whether all of them are. */
  record Mapping(Map<String, Value> members, boolean trustedKeys, Extent extent) implements Value {
    public Mapping {
      members = Collections.unmodifiableMap(members);
    }

    static Mapping of(Map<String, Value> members, boolean trustedKeys) {
      Extent inside = extentOver(members.values());
      boolean trusted = trustedKeys && inside.trusted();
      return new Mapping(
          members, trustedKeys, new Extent(inside.depth(), inside.values(), trusted));
    }

    Str key(String name) {
      return Str.of(name, trustedKeys);
    }
  }

  /** What {@code namespace()} makes: the one thing that can be changed. */
  record Namespace(Map<String, Value> members) implements Value {}

  /** A macro, or a function that this interpreter brings along. */
  record Function(String name, Body body) implements Value {
    /** What it does. */
    interface Body {
      Value call(Arguments arguments);
    }
  }

  /** The variable {@code loop}; it can be called where the loop is recursive. */
  record Loop(Mapping members, Function again) implements Value {}

  /** The arguments of a call, filter or test. */
  record Arguments(List<Value> positional, Map<String, Value> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /** The argument at that position or of that name; {@link Undefined} if it was not given. */
    Value get(int position, String name) {
      Value value = position < positional.size() ? positional.get(position) : named.get(name);
      return value == null ? new Undefined(name) : value;
    }

    /** Refuses arguments beyond those named, in order. */
    Arguments only(String of, String... names) {
      if (positional.size() > names.length) {
        throw new Failure(of + " takes at most " + names.length + " arguments");
      }
      for (String given : named.keySet()) {
        if (!List.of(names).contains(given)) {
          throw new Failure(of + " takes no argument '" + given + "'");
        }
      }
      return this;
    }
  }

  /** What went wrong, before it is known where. */
  final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure(String message) {
      super(message, null, false, false);
    }
  }

  /** How deep values may nest. */
  int MOST_DEPTH = 200;

  /** How many values one may hold, counting what it shares as often as it is reached. */
  int MOST_VALUES = 4_000_000;

  /** How many values this is, itself included. */
  default Extent extent() {
    return new Extent(0, 1, isTrusted());
  }

  private static Extent extentOver(Iterable<? extends Value> values) {
    int depth = 0;
    long count = 1;
    boolean trusted = true;
    for (Value value : values) {
      Extent extent = value.extent();
      trusted &= extent.trusted();
      depth = Math.max(depth, extent.depth());
      count += extent.values();
    }
    if (depth >= MOST_DEPTH || count > MOST_VALUES) {
      throw new Failure(
          "a list or mapping grows beyond " + MOST_DEPTH + " levels or " + MOST_VALUES + " values");
    }
    return new Extent(depth + 1, count, trusted);
  }

  /** A JSON value and all that is in it. */
  static Value of(Json json, boolean trusted) {
    return switch (json) {
      case Json.Str(String value) -> Str.of(value, trusted);
      case Json.Num number -> {
        boolean whole = number.integral() && Math.abs(number.value()) < 0x1p63;
        yield whole ? new Whole((long) number.value(), trusted) : new Real(number.value(), trusted);
      }
      case Json.Bool(boolean value) -> new Bool(value, trusted);
      case Json.Null ignored -> new None();
      case Json.Arr(List<Json> items) -> {
        List<Value> values = new ArrayList<>(items.size());
        items.forEach(item -> values.add(of(item, trusted)));
        yield Sequence.of(values);
      }
      case Json.Obj(Map<String, Json> members) -> {
        Map<String, Value> values = new LinkedHashMap<>();
        members.forEach((name, member) -> values.put(name, of(member, trusted)));
        yield Mapping.of(values, trusted);
      }
    };
  }

  /** How errors call a kind of value. */
  default String kind() {
    return switch (this) {
      case Str ignored -> "a string";
      case Whole ignored -> "an integer";
      case Real ignored -> "a number";
      case Bool ignored -> "a boolean";
      case None ignored -> "none";
      case Undefined(String what) -> what.isEmpty() ? "undefined" : "undefined ('" + what + "')";
      case Sequence ignored -> "a list";
      case Mapping ignored -> "a mapping";
      case Namespace ignored -> "a namespace";
      case Function ignored -> "a function";
      case Loop ignored -> "the loop variable";
    };
  }

  /** Whether it counts as true. */
  default boolean truth() {
    return switch (this) {
      case Str(Text text) -> text.length() > 0;
      case Whole(long value, boolean trusted) -> value != 0;
      case Real(double value, boolean trusted) -> value != 0;
      case Bool(boolean value, boolean trusted) -> value;
      case None ignored -> false;
      case Undefined ignored -> false;
      case Sequence sequence -> !sequence.items().isEmpty();
      case Mapping mapping -> !mapping.members().isEmpty();
      case Namespace ignored -> true;
      case Function ignored -> true;
      case Loop ignored -> true;
    };
  }

  /** Whether all of it is derived from the template alone. */
  default boolean isTrusted() {
    return switch (this) {
      case Str(Text text) -> text.isTrusted();
      case Whole(long value, boolean trusted) -> trusted;
      case Real(double value, boolean trusted) -> trusted;
      case Bool(boolean value, boolean trusted) -> trusted;
      case None ignored -> true;
      case Undefined ignored -> true;
      case Sequence sequence -> sequence.extent().trusted();
      case Mapping mapping -> mapping.extent().trusted();
      case Namespace ignored -> false;
      case Function ignored -> true;
      case Loop ignored -> false;
    };
  }

  /** Equality as Python has it: by value, numbers across types. */
  default boolean same(Value other) {
    if (this instanceof Sequence left && other instanceof Sequence right) {
      List<Value> mine = left.items();
      List<Value> theirs = right.items();
      if (mine.size() != theirs.size()) {
        return false;
      }
      for (int i = 0; i < mine.size(); i++) {
        if (!mine.get(i).same(theirs.get(i))) {
          return false;
        }
      }
      return true;
    }
    if (this instanceof Mapping mine && other instanceof Mapping theirs) {
      return mine.members().size() == theirs.members().size()
          && mine.members().entrySet().stream()
              .allMatch(
                  each -> {
                    Value value = theirs.members().get(each.getKey());
                    return value != null && each.getValue().same(value);
                  });
    }
    if (this instanceof Str(Text mine) && other instanceof Str(Text theirs)) {
      return mine.value().equals(theirs.value());
    }
    if (this instanceof Whole(long mine, boolean a)
        && other instanceof Whole(long theirs, boolean b)) {
      return mine == theirs;
    }
    if (isNumber() && other.isNumber()) {
      return number() == other.number();
    }
    return (this instanceof None && other instanceof None)
        || (this instanceof Undefined && other instanceof Undefined);
  }

  /** Whether arithmetic takes it: numbers, and booleans as 0 and 1. */
  default boolean isNumber() {
    return this instanceof Whole || this instanceof Real || this instanceof Bool;
  }

  /** Its value as a number. */
  default double number() {
    return switch (this) {
      case Whole(long value, boolean trusted) -> (double) value;
      case Real(double value, boolean trusted) -> value;
      case Bool(boolean value, boolean trusted) -> value ? 1 : 0;
      default -> throw new Failure("a number is due here, this is " + kind());
    };
  }
}
