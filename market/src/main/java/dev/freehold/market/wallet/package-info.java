// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Every coin of this machine: whose it is, where it is, and when it can be had. */
@NullMarked
package dev.freehold.market.wallet;

import org.jspecify.annotations.NullMarked;
