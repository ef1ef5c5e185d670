// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Offline checks of what others claim: no server, no network, no database.
 *
 * <p>Floor 3: it imports floors 0 to 2; never {@code node}, {@code market} or {@code ledger}.
 */
@NullMarked
package dev.freehold.verify;

import org.jspecify.annotations.NullMarked;
