// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Money and commitments on EVM chains. What is signed for a payment is a record of {@code
 * evidence}, which {@code market} reads too.
 *
 * <p>Floor 3: it imports {@code record}, {@code crypto} and {@code evidence}, never its siblings
 * nor {@code node}.
 */
@NullMarked
package dev.freehold.ledger;

import org.jspecify.annotations.NullMarked;
