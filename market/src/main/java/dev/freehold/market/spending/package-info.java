// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** The limits that a person sets for what this machine may spend (docs/formats/channel-end.md). */
@NullMarked
package dev.freehold.market.spending;

import org.jspecify.annotations.NullMarked;
