// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules of a grammar while it is being written: numbered first, defined later. */
final class Rules {
  /** What more than its automaton a rule is. */
  sealed interface Kind {
    /** Nothing. */
    record Plain() implements Kind {}

    /**
     * A string with {@code least} to {@code most} characters. State {@code body} of its automaton
     * is the one between two characters.
     */
    record Counted(int least, int most) implements Kind {}

    /**
     * A name of an object's member that must differ from those before it. Its automaton ends before
     * the closing quote; that one is read only if the name is new.
     */
    record Name() implements Kind {}

    /** An object whose members may have names that the schema doesn't list. */
    record Open(Set<String> listed) implements Kind {
      public Open {
        listed = Set.copyOf(listed);
      }
    }
  }

  /** A finished rule. */
  record Rule(Dfa dfa, Kind kind) {}

  private static final int MAX_RULES = 5000;
  private static final Kind PLAIN = new Kind.Plain();

  private final List<@Nullable Rule> rules = new ArrayList<>();
  private int string = -1;
  private int name = -1;
  private int value = -1;
  private int number = -1;
  private int object = -1;

  /** A new rule's number. */
  int declare() {
    if (rules.size() >= MAX_RULES) {
      throw new GrammarException(
          "The schema makes more than " + MAX_RULES + " rules: it is too large.");
    }
    rules.add(null);
    return rules.size() - 1;
  }

  void define(int rule, Dfa dfa, Kind kind) {
    rules.set(rule, new Rule(dfa, kind));
  }

  int add(Dfa dfa) {
    int rule = declare();
    define(rule, dfa, PLAIN);
    return rule;
  }

  int add(Expression expression) {
    return add(Dfa.of(expression));
  }

  /** All rules, once each is defined. */
  List<Rule> finished() {
    List<Rule> result = new ArrayList<>();
    for (Rule rule : rules) {
      if (rule == null) {
        throw new IllegalStateException("a rule was declared and not defined");
      }
      result.add(rule);
    }
    return result;
  }

  /** Any string. */
  int string() {
    if (string < 0) {
      string = add(stringDfa());
    }
    return string;
  }

  /** Any string of so many characters. */
  int string(int least, int most) {
    int rule = declare();
    define(rule, stringDfa(), new Kind.Counted(least, most));
    return rule;
  }

  private static Dfa stringDfa() {
    return Dfa.of(
            Expression.sequence(
                JsonText.QUOTE, Expression.many(JsonText.CHARACTER), JsonText.QUOTE))
        .minimal();
  }

  /** A member's name that is new in its object, and that needs no escapes. */
  int name() {
    if (name < 0) {
      name = declare();
      define(
          name,
          Dfa.of(Expression.sequence(JsonText.QUOTE, Expression.many(JsonText.PLAIN))).minimal(),
          new Kind.Name());
    }
    return name;
  }

  int number() {
    if (number < 0) {
      number = add(Dfa.of(JsonText.NUMBER).minimal());
    }
    return number;
  }

  /** Any value. */
  int value() {
    if (value < 0) {
      value = declare();
      Expression alternatives =
          Expression.choice(
              new Expression.Call(object()),
              new Expression.Call(array(value, List.of(), 0, -1)),
              new Expression.Call(string()),
              new Expression.Call(number()),
              Expression.literal("true"),
              Expression.literal("false"),
              Expression.literal("null"));
      define(value, Dfa.of(alternatives), PLAIN);
    }
    return value;
  }

  /** Any object. */
  int object() {
    if (object < 0) {
      object = declare();
      define(object, Dfa.of(openObject(value())), new Kind.Open(Set.of()));
    }
    return object;
  }

  private Expression openObject(int values) {
    Expression member = member(values);
    return Expression.sequence(
        Expression.literal("{"),
        Expression.optional(
            Expression.sequence(member, Expression.many(Expression.sequence(separator(), member)))),
        Expression.literal("}"));
  }

  /** A member with a free name. */
  Expression member(int values) {
    return Expression.sequence(
        new Expression.Call(name()),
        Expression.literal(":"),
        JsonText.SPACE,
        new Expression.Call(values));
  }

  static Expression separator() {
    return Expression.sequence(Expression.literal(","), JsonText.SPACE);
  }

  /**
   * An array: {@code first} one by one, then any number of {@code items} (-1: none); {@code least}
   * to {@code most} (-1: without end) in total.
   */
  int array(int items, List<Integer> first, int least, int most) {
    Nfa nfa = new Nfa();
    int start = nfa.state();
    int end = nfa.state();
    int at = nfa.add(Expression.literal("["), start);
    int limit = items < 0 ? first.size() : Math.max(first.size(), least);
    if (most >= 0) {
      limit = items < 0 ? Math.min(limit, most) : most;
    }
    for (int i = 0; ; i++) {
      if (i >= least) {
        nfa.join(nfa.add(Expression.literal("]"), at), end);
      }
      boolean endless = most < 0 && items >= 0;
      if (i >= limit && !endless) {
        break;
      }
      Expression item = new Expression.Call(i < first.size() ? first.get(i) : items);
      if (endless && i >= limit && i > 0) {
        // From here on every state is like this one.
        nfa.join(nfa.add(Expression.sequence(separator(), item), at), at);
        break;
      }
      at = nfa.add(i == 0 ? item : Expression.sequence(separator(), item), at);
    }
    int rule = declare();
    define(rule, Dfa.of(nfa, start, end), PLAIN);
    return rule;
  }
}
