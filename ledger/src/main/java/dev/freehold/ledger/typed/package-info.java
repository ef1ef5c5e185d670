// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What is signed for a payment: typed data (EIP-712) of x402's batch settlement
 * (docs/formats/payment-channel.md) and of ERC-3009.
 *
 * <p>It imports {@code crypto} and this room's values, never the network.
 */
@NullMarked
package dev.freehold.ledger.typed;

import org.jspecify.annotations.NullMarked;
