// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Money and commitments on EVM chains: the values that all of this room's packages share.
 *
 * <p>Floor 3: it imports {@code record}, {@code crypto} and {@code evidence}, never its siblings
 * nor {@code node}.
 */
@NullMarked
package dev.freehold.ledger;

import org.jspecify.annotations.NullMarked;
