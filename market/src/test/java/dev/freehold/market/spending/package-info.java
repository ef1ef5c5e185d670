// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/** Tests of what a machine may spend. */
@NullMarked
package dev.freehold.market.spending;

import org.jspecify.annotations.NullMarked;
