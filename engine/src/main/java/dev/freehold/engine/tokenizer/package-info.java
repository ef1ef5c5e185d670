// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Text to tokens and back, as the model's GGUF metadata defines it: byte-pair encoding and
 * SentencePiece, equal token for token to llama.cpp's. docs/formats/tokenizer.md says how.
 *
 * <p>It imports {@code engine.gguf} and {@code engine.template} (for {@code Rendered}); never the
 * models, sampling or generation.
 */
@NullMarked
package dev.freehold.engine.tokenizer;

import org.jspecify.annotations.NullMarked;
