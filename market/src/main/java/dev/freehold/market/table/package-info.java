// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The offers that a buyer knows, from whatever source they came: bounded, so that nobody fills it
 * with junk, and durable (docs/formats/offer-table.md). What is in it was checked when it came.
 *
 * <p>Floor 3: this room imports {@code record}, {@code crypto} and {@code evidence}, never its
 * siblings nor {@code node}, which wires them.
 */
@NullMarked
package dev.freehold.market.table;

import org.jspecify.annotations.NullMarked;
