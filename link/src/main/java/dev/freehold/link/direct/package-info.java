// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Paths between two nodes without a relay: one TCP connection each, messages with a length of three
 * bytes before them (docs/formats/link.md).
 *
 * <p>Floor 2: it imports {@code record} and {@code crypto} only.
 */
@NullMarked
package dev.freehold.link.direct;

import org.jspecify.annotations.NullMarked;
