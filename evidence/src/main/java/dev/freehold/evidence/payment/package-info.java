// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What is signed for a payment: typed data (EIP-712) of x402's batch settlement
 * (docs/formats/payment-channel.md) and of ERC-3009, and the statement that binds a payment key to
 * a node's evidence key (docs/formats/key-binding.md). The rooms {@code market} and {@code ledger}
 * exchange these records.
 *
 * <p>It imports {@code record} and {@code crypto}, never the network.
 */
@NullMarked
package dev.freehold.evidence.payment;

import org.jspecify.annotations.NullMarked;
