// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of listings. */
@NullMarked
package dev.freehold.market.listing;

import org.jspecify.annotations.NullMarked;
