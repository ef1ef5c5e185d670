// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Putting this house's contracts on a chain, each once. */
@NullMarked
package dev.freehold.ledger.deploy;

import org.jspecify.annotations.NullMarked;
