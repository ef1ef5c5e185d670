// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Intents under every fault of disk and chain. */
@NullMarked
package dev.freehold.ledger.transaction;

import org.jspecify.annotations.NullMarked;
