// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * A person's machines as one: where a model would run, its layers on several machines, its file on
 * its way between them, and answers that another machine gives.
 *
 * <p>Floor 3: it imports {@code record}, {@code crypto}, {@code kernel}, {@code engine}, {@code
 * evidence} and {@code link}; never {@code verify}, {@code catalogue} or {@code node}.
 */
@NullMarked
package dev.freehold.fleet;

import org.jspecify.annotations.NullMarked;
