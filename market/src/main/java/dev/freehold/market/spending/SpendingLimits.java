// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.spending;

import dev.freehold.record.Amount;

/**
 * What a person lets this machine spend of one coin. Nothing is signed beyond.
 *
 * @param answer for one answer at most
 * @param day on one day (UTC) at most, at all sellers together
 * @param peer on one day at most, at one seller's account
 */
public record SpendingLimits(Amount answer, Amount day, Amount peer) {}
