// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.engine.grammar.Expression.Call;
import dev.freehold.engine.grammar.Expression.Choice;
import java.util.ArrayList;
import java.util.List;

/** The rule of answers that may call tools in a form. */
final class ToolGrammar {
  private static final Expression LINE = Expression.optional(Expression.literal("\n"));

  private final Rules rules;
  private final ToolForm form;
  private final Expression call;

  ToolGrammar(Rules rules, ToolForm form, List<Tool> tools) {
    this.rules = rules;
    this.form = form;
    if (tools.isEmpty()) {
      throw new GrammarException("There is no tool that could be called.");
    }
    List<Expression> calls = new ArrayList<>();
    for (Tool tool : tools) {
      int arguments =
          new SchemaCompiler(
                  rules,
                  tool.parameters(),
                  "the parameters of '" + tool.name() + "'",
                  !tool.strict())
              .compileObject();
      if (form == ToolForm.MISTRAL_ARGS) {
        calls.add(
            Expression.sequence(
                Expression.literal(tool.name() + ToolForm.ARGS), new Call(arguments)));
        continue;
      }
      calls.add(
          Expression.sequence(
              Expression.literal("{\"name\":"),
              JsonText.SPACE,
              Expression.literal("\"" + tool.name() + "\","),
              JsonText.SPACE,
              Expression.literal("\"" + form.argumentsName() + "\":"),
              JsonText.SPACE,
              new Call(arguments),
              Expression.literal("}")));
    }
    this.call = new Choice(calls);
  }

  /** The rule of the whole answer. */
  int answer(boolean required, boolean parallel) {
    if (form == ToolForm.LLAMA) {
      Expression calls =
          Expression.sequence(Expression.optional(Expression.literal(ToolForm.PYTHON_TAG)), call);
      return rules.add(required ? calls : Expression.choice(calls, FreeText.notACall()));
    }
    Expression after = afterMark(parallel && form.severalCalls());
    return rules.add(
        required
            ? Dfa.of(Expression.sequence(Expression.literal(form.open()), after))
            : FreeText.until(form.open(), Dfa.of(after)));
  }

  /** What follows the first opening mark. */
  private Expression afterMark(boolean parallel) {
    if (form.isList()) {
      Expression more =
          parallel
              ? Expression.many(Expression.sequence(Rules.separator(), call))
              : Expression.EMPTY;
      return Expression.sequence(
          Expression.optional(Expression.oneOf(" \n")),
          Expression.literal("["),
          LINE,
          call,
          more,
          LINE,
          Expression.literal("]"),
          form.close().isEmpty() ? Expression.EMPTY : LINE,
          Expression.literal(form.close()));
    }
    boolean bare = form == ToolForm.MISTRAL_ARGS;
    Expression line = bare ? Expression.EMPTY : LINE;
    Expression rest = Expression.sequence(line, call, line, Expression.literal(form.close()));
    if (!parallel) {
      return rest;
    }
    return Expression.sequence(
        rest, Expression.many(Expression.sequence(line, Expression.literal(form.open()), rest)));
  }
}
