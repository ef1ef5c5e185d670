// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Transactions (EIP-1559) that are written down before they are sent (docs/formats/intent.md), and
 * looked up, never sent anew, when nobody knows what became of them.
 */
@NullMarked
package dev.freehold.ledger.transaction;

import org.jspecify.annotations.NullMarked;
