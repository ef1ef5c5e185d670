// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Ethereum's JSON-RPC (execution-apis of the Ethereum foundation): one call, one bounded and
 * strictly read answer. Nothing here repeats a call by itself.
 */
@NullMarked
package dev.freehold.ledger.rpc;

import org.jspecify.annotations.NullMarked;
