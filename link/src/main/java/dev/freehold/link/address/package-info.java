// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Where nodes and relays are to be found (docs/formats/relay.md, docs/formats/link.md). An address
 * is a hint: who is there is proven by keys.
 *
 * <p>Floor 2: it imports {@code record} and {@code crypto} only.
 */
@NullMarked
package dev.freehold.link.address;

import org.jspecify.annotations.NullMarked;
