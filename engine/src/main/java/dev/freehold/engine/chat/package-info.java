// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * From requests in OpenAI's words to prompts, and from tokens back to answers. One code serves and
 * verifies: what {@link Request#parse}, {@link Prompting} and {@link Answers} do depends on the
 * request's body, the model and the seed alone, so a stranger who replays an answer gets the same
 * prompt tokens and the same response.
 *
 * <p>Specification: OpenAI API reference (chat completions, completions, embeddings);
 * docs/formats/prompting.md for what it leaves open. It never imports HTTP.
 */
@NullMarked
package dev.freehold.engine.chat;

import org.jspecify.annotations.NullMarked;
