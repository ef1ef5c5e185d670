// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Times of a log on a disk, for docs/performance.md: appending, opening, proving, serving. */
@NullMarked
package dev.freehold.bench.log;

import org.jspecify.annotations.NullMarked;
