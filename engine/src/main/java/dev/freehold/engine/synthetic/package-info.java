// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Models with random weights in the shapes of real ones, for tests and benchmarks: same seed, same
 * file to the byte.
 *
 * <p>It imports {@code engine.gguf} only.
 */
@NullMarked
package dev.freehold.engine.synthetic;

import org.jspecify.annotations.NullMarked;
