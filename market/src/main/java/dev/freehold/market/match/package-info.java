// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Which offer a buyer takes: by what it is likely to cost, waiting included, as this buyer has
 * measured it, never by what a seller says of itself. Pure functions.
 */
@NullMarked
package dev.freehold.market.match;

import org.jspecify.annotations.NullMarked;
