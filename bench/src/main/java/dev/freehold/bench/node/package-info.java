// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** What a node's evidence costs an answer (docs/performance.md). */
@NullMarked
package dev.freehold.bench.node;

import org.jspecify.annotations.NullMarked;
