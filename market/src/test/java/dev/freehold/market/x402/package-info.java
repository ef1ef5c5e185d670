// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of x402's values and headers. */
@NullMarked
package dev.freehold.market.x402;

import org.jspecify.annotations.NullMarked;
