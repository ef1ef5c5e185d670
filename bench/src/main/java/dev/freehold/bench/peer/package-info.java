// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Side by side with llama.cpp: the same file, the same threads, interleaved in one run. For
 * docs/performance.md and docs/quality.md; never part of the program.
 */
@NullMarked
package dev.freehold.bench.peer;

import org.jspecify.annotations.NullMarked;
