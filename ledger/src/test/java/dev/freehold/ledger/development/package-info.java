// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** The packed contracts on a real anvil. */
@NullMarked
package dev.freehold.ledger.development;

import org.jspecify.annotations.NullMarked;
