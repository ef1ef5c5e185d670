// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Two machines become members of each other's fleet (docs/formats/pairing.md): an invite of one
 * line, valid once and for fifteen minutes; the exchange; four words by which people see that
 * nobody stands between; and the book in which members and invites are kept.
 *
 * <p>It sees no file and no clock of its own; both are passed in. It imports {@code record}, {@code
 * crypto} and {@code link}; never {@code node}.
 */
@NullMarked
package dev.freehold.fleet.pair;

import org.jspecify.annotations.NullMarked;
