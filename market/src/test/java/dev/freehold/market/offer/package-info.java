// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of offers. */
@NullMarked
package dev.freehold.market.offer;

import org.jspecify.annotations.NullMarked;
