// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** What it costs to have another machine of the fleet answer. */
@NullMarked
package dev.freehold.bench.fleet;

import org.jspecify.annotations.NullMarked;
