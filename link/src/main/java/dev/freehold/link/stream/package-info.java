// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Streams between two nodes over whatever path is up (docs/formats/link.md): each with its own flow
 * control, and all of them going on over a new path without a byte lost or repeated.
 *
 * <p>{@link dev.freehold.link.stream.LinkStream} is what other rooms use; {@link
 * dev.freehold.link.stream.Session} is the machinery under it, and knows no sockets.
 *
 * <p>Floor 2: it imports {@code record} and {@code crypto} only.
 */
@NullMarked
package dev.freehold.link.stream;

import org.jspecify.annotations.NullMarked;
