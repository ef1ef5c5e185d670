// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of the book of what was sold. */
@NullMarked
package dev.freehold.market.sales;

import org.jspecify.annotations.NullMarked;
