// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What a log holds of money: vouchers that were signed or taken, and what moved on a chain
 * (docs/formats/payment-entry.md). No chain is asked here; that is {@code ledger}'s.
 */
@NullMarked
package dev.freehold.evidence.settlement;

import org.jspecify.annotations.NullMarked;
