// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Open models: GGUF, tokenizers, chat templates, architectures, sampling, batching, trace.
 *
 * <p>Floor 2: it imports floors 0 and 1; never {@code evidence}.
 */
@NullMarked
package dev.freehold.engine;

import org.jspecify.annotations.NullMarked;
