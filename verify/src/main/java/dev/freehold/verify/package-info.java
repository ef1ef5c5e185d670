// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Offline checks of what others claim: no server, no network, no database. Here is the program;
 * what it checks lies beside, by what is verified: {@code answer}, {@code replay}, {@code log},
 * {@code statement}, {@code control}; {@code verdict} holds what they all speak of.
 *
 * <p>Floor 3: it imports floors 0 to 2; never {@code node}, {@code market} or {@code ledger}.
 */
@NullMarked
package dev.freehold.verify;

import org.jspecify.annotations.NullMarked;
