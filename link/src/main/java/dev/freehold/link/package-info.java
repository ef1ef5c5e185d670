// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Links between nodes: authenticated end to end by their Ed25519 keys, sealed, and independent of
 * who carries them (docs/formats/link.md).
 *
 * <p>{@link dev.freehold.link.Links} is a node's end of all its links: made once, with the node's
 * key, its relays and whom it admits. {@link dev.freehold.link.Links#to} gives the {@link
 * dev.freehold.link.Link} to another node, at once and whether it can be reached or not; {@link
 * dev.freehold.link.Link#open} a {@link dev.freehold.link.stream.LinkStream} to it. What is written
 * waits (bounded) until a path is up, goes on over another path when one breaks, and arrives
 * exactly once, in order. {@link dev.freehold.link.Links#serve} serves the streams that others
 * open.
 *
 * <p>A path is a relay's forwarding, or a direct connection as soon as one comes about; streams
 * don't notice which. A relay is not trusted: it sees sizes, times and the two ids
 * (docs/threats.md).
 *
 * <p>Floor 2: it imports {@code record} and {@code crypto} only; of the network it sees the JDK's
 * sockets and HTTP client, Helidon in {@code relay} alone, and Netty in {@code quic} alone.
 */
@NullMarked
package dev.freehold.link;

import org.jspecify.annotations.NullMarked;
