// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Buying and selling answers over links (docs/formats/sale.md): the seller's shop and what it
 * offers, the buyer's accounts with sellers and where it finds them.
 */
@NullMarked
package dev.freehold.node.market;

import org.jspecify.annotations.NullMarked;
