// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What was sold, line by line, and what came of it (docs/formats/sales.md). The money itself is in
 * the channels: this is the book beside it.
 *
 * <p>Floor 3: this room imports {@code record}, {@code crypto} and {@code evidence}, never its
 * siblings nor {@code node}, which wires them.
 */
@NullMarked
package dev.freehold.market.sales;

import org.jspecify.annotations.NullMarked;
