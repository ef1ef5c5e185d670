// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.record.Json;
import java.util.List;

/** What texts an answer may be, independent of any vocabulary. Immutable. */
@SuppressWarnings("DoNotCallSuggester")
public final class Grammar {
  private Grammar() {}

  /**
   * The JSON texts that validate against a schema; docs/formats/grammar.md says which keywords are
   * known.
   *
   * @throws GrammarException naming the keyword and its place, if the schema can't be enforced
   */
  public static Grammar ofJsonSchema(Json schema) {
    throw new GrammarException("structured output lands within the hour: " + schema);
  }

  /** Any JSON object. */
  public static Grammar ofJsonObject() {
    throw new GrammarException("structured output lands within the hour");
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
    throw new GrammarException("tool calls land within the hour: " + form + tools);
  }

  /**
   * The state before the first token.
   *
   * @throws GrammarException if the vocabulary lacks a byte that the grammar can't do without
   */
  public GrammarState start(TokenBytes vocabulary) {
    throw new GrammarException("structured output lands within the hour: " + vocabulary.size());
  }
}
