// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of the table of offers. */
@NullMarked
package dev.freehold.market.table;

import org.jspecify.annotations.NullMarked;
