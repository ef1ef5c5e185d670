// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Payment channels on a chain (docs/formats/payment-channel.md): what a channel holds, deposits and
 * withdrawals, and the watch that claims a seller's vouchers in time.
 */
@NullMarked
package dev.freehold.ledger.channel;

import org.jspecify.annotations.NullMarked;
