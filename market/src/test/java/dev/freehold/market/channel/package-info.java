// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of the two ends of a channel. */
@NullMarked
package dev.freehold.market.channel;

import org.jspecify.annotations.NullMarked;
