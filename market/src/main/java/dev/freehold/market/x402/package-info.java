// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Payments as x402 version 2 speaks them over HTTP (docs/formats/x402.md): values, their JSON and
 * their headers, for the schemes {@code exact} and {@code batch-settlement} on EVM chains. Nothing
 * here asks a chain.
 */
@NullMarked
package dev.freehold.market.x402;

import org.jspecify.annotations.NullMarked;
