// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Payment keys: ECDSA on secp256k1 (SEC 2, section 2.4.1; nonces of RFC 6979; s in the lower half,
 * EIP-2) over Keccak-256, and the addresses of their holders on EVM chains.
 *
 * <p>Floor 1: it imports {@code record} only. Receipts and logs are never signed with these keys.
 */
@NullMarked
package dev.freehold.crypto.payment;

import org.jspecify.annotations.NullMarked;
