// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Decoder models and their forward pass: what each architecture computes is data, one generic pass
 * interprets it.
 *
 * <p>The semantics of GGUF files (names of keys and tensors, order of rotated pairs, norm weights)
 * are those of llama.cpp; the arithmetic is docs/formats/arithmetic.md. It imports {@code
 * engine.gguf} and {@code kernel}; never tokenizers, templates or sampling.
 */
@NullMarked
package dev.freehold.engine.model;

import org.jspecify.annotations.NullMarked;
