// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Structured output: JSON Schemas and tool calls as grammars that say which tokens may come next.
 * The accepted schemas, the whitespace rule and the forms of tool calls are written down in
 * docs/formats/grammar.md.
 *
 * <p>It knows a tokenizer only as {@link TokenBytes}, and neither models nor requests.
 */
@NullMarked
package dev.freehold.engine.grammar;

import org.jspecify.annotations.NullMarked;
