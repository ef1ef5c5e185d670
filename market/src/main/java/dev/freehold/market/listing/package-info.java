// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Offers together with where their sellers are reached (docs/formats/listing.md). A place is text
 * here: what it means is for whoever opens links to say.
 *
 * <p>Floor 3: this room imports {@code record}, {@code crypto} and {@code evidence}, never its
 * siblings nor {@code node}, which wires them.
 */
@NullMarked
package dev.freehold.market.listing;

import org.jspecify.annotations.NullMarked;
