// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The embedded development chain: Foundry's anvil as a child process on loopback, started, kept and
 * stopped by the node. Its coins are worth nothing.
 */
@NullMarked
package dev.freehold.ledger.development;

import org.jspecify.annotations.NullMarked;
