// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of the choice between offers. */
@NullMarked
package dev.freehold.market.match;

import org.jspecify.annotations.NullMarked;
