// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** JSON-RPC against servers that answer anything. */
@NullMarked
package dev.freehold.ledger.rpc;

import org.jspecify.annotations.NullMarked;
