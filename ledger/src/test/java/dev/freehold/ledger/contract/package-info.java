// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** The packed contracts. */
@NullMarked
package dev.freehold.ledger.contract;

import org.jspecify.annotations.NullMarked;
