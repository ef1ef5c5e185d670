// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The contracts that this house brings along (contracts/): their ABI and code, as
 * contracts/pack.mjs packs them into the jar. contracts/check.sh proves that they come from the
 * sources.
 */
@NullMarked
package dev.freehold.ledger.contract;

import org.jspecify.annotations.NullMarked;
