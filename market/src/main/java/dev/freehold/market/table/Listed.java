// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

import dev.freehold.market.listing.Listing;

/**
 * A listing in a table.
 *
 * @param source that brought it first
 */
public record Listed(Listing listing, Source source) {}
