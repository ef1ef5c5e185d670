// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** What payments cost: vouchers signed and checked, and the choice between offers. */
@NullMarked
package dev.freehold.bench.market;

import org.jspecify.annotations.NullMarked;
