// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What sellers offer (docs/formats/offer.md): model, price, terms of payment, signed and bound to
 * an account.
 *
 * <p>Floor 3: this room imports {@code record}, {@code crypto} and {@code evidence}, never its
 * siblings ({@code ledger}, {@code fleet}, {@code verify}) nor {@code node}, which wires them.
 */
@NullMarked
package dev.freehold.market.offer;

import org.jspecify.annotations.NullMarked;
