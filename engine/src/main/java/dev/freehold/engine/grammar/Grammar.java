// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.record.Json;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What texts an answer may be, independent of any vocabulary. Immutable. */
public final class Grammar {
  private final Automaton automaton;

  /** The masks of the vocabulary that was used last. */
  private final AtomicReference<@Nullable Masks> masks = new AtomicReference<>();

  private Grammar(Rules rules, int start) {
    this.automaton = Automaton.of(rules, start);
  }

  /**
   * The JSON texts that validate against a schema; docs/formats/grammar.md says which keywords are
   * known.
   *
   * @throws GrammarException naming the keyword and its place, if the schema can't be enforced
   */
  public static Grammar ofJsonSchema(Json schema) {
    Rules rules = new Rules();
    return new Grammar(rules, new SchemaCompiler(rules, schema, "#", false).compile());
  }

  /** Any JSON object. */
  public static Grammar ofJsonObject() {
    Rules rules = new Rules();
    return new Grammar(rules, rules.object());
  }

  /**
   * Answers that may call tools.
   *
   * @param required false: free text, calls, or both in that order; true: at least one call and
   *     nothing else. A call of one named function is a list of that one tool, required
   * @param parallel whether more than one call is allowed
   */
  public static Grammar ofTools(
      ToolForm form, List<Tool> tools, boolean required, boolean parallel) {
    Rules rules = new Rules();
    return new Grammar(rules, new ToolGrammar(rules, form, tools).answer(required, parallel));
  }

  /**
   * The state before the first token.
   *
   * @throws GrammarException if the vocabulary lacks a byte that the grammar can't do without
   */
  public GrammarState start(TokenBytes vocabulary) {
    Masks known = masks.get();
    if (known == null || known.vocabulary() != vocabulary) {
      known = new Masks(automaton, vocabulary);
      masks.set(known);
    }
    return new Position(known, List.of(Frame.at(automaton.start)), false);
  }
}
