// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts of a compiled template; {@code at} is where in the source each begins. */
sealed interface Node {
  int at();

  /** What has a value. */
  sealed interface Expression extends Node {}

  /** What writes or changes something. */
  sealed interface Statement extends Node {}

  record Literal(int at, Value value) implements Expression {}

  record Name(int at, String name) implements Expression {}

  record ListOf(int at, List<Expression> items) implements Expression {}

  record DictOf(int at, List<Expression> keys, List<Expression> values) implements Expression {}

  record Member(int at, Expression object, Expression key, boolean dotted) implements Expression {}

  record Slice(
      int at,
      Expression object,
      @Nullable Expression start,
      @Nullable Expression stop,
      @Nullable Expression step)
      implements Expression {}

  record Call(int at, Expression callee, List<Argument> arguments) implements Expression {}

  record Filter(int at, Expression operand, String name, List<Argument> arguments)
      implements Expression {}

  record Test(int at, Expression operand, String name, List<Argument> arguments, boolean negated)
      implements Expression {}

  record Unary(int at, String operator, Expression operand) implements Expression {}

  record Binary(int at, String operator, Expression left, Expression right) implements Expression {}

  /** A chain such as {@code a < b <= c}: every neighbouring pair holds. */
  record Comparison(int at, Expression first, List<String> operators, List<Expression> others)
      implements Expression {}

  record Conditional(int at, Expression condition, Expression then, @Nullable Expression otherwise)
      implements Expression {}

  /** One argument: by position, by name, or unpacked by one star or two. */
  record Argument(Expression value, @Nullable String name, int stars) {}

  record Parameter(String name, @Nullable Expression value) {}

  record Raw(int at, Text text) implements Statement {}

  record Output(int at, Expression value) implements Statement {}

  /** {@code attribute} is set where the target is one of a namespace named {@code names[0]}. */
  record Assign(int at, List<String> names, @Nullable String attribute, Expression value)
      implements Statement {}

  record AssignBlock(int at, String name, List<Filter> filters, List<Statement> body)
      implements Statement {}

  record If(int at, Expression condition, List<Statement> then, List<Statement> otherwise)
      implements Statement {}

  record For(
      int at,
      List<String> names,
      Expression items,
      @Nullable Expression condition,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise)
      implements Statement {}

  record Macro(int at, String name, List<Parameter> parameters, List<Statement> body)
      implements Statement {}

  record CallBlock(int at, List<Parameter> parameters, Call call, List<Statement> body)
      implements Statement {}

  record FilterBlock(int at, List<Filter> filters, List<Statement> body) implements Statement {}

  record Break(int at) implements Statement {}

  record Continue(int at) implements Statement {}
}
