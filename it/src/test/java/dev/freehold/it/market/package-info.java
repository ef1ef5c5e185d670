// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Buyer, seller and a real chain together. */
@NullMarked
package dev.freehold.it.market;

import org.jspecify.annotations.NullMarked;
