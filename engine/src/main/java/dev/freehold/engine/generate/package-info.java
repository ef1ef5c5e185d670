// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * From prompts to tokens: the scheduler that runs many answers at once over one model, the memory
 * they share, and the replay that checks an answer afterwards. Every answer is a function of the
 * model, the prompt, the parameters and the seed alone: neither of what else runs at the same time,
 * nor of what the prompt cache holds, nor of how a prompt was cut into chunks.
 *
 * <p>It never imports {@code engine.chat}, which builds its requests.
 */
@NullMarked
package dev.freehold.engine.generate;

import org.jspecify.annotations.NullMarked;
