// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** JMH benchmarks of single kernel operations, lane by lane. */
@NullMarked
package dev.freehold.bench.kernel;

import org.jspecify.annotations.NullMarked;
