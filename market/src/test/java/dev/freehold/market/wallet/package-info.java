// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of what a wallet shows. */
@NullMarked
package dev.freehold.market.wallet;

import org.jspecify.annotations.NullMarked;
