// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Counts the tokens of other machines' answers with the tokenizers of the models that are here
 * (docs/decisions/0065-counting-by-the-tokenizer.md). Imports nothing of jobs and market.
 */
@NullMarked
package dev.freehold.node.tokens;

import org.jspecify.annotations.NullMarked;
