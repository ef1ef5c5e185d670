// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Paths between two nodes over UDP: one QUIC connection (RFC 9000) with one stream each, over the
 * socket that {@code link.ice} has found a way with. Both ends show fresh certificates that they
 * have told each other before; who they are is proven by the path's own handshake, as over every
 * carrier. The library is Netty's, and its native part is loaded when the first such path is looked
 * for.
 *
 * <p>Floor 2: it imports {@code record} and {@code crypto} only. Of all of {@code link} this
 * package alone sees Netty.
 */
@NullMarked
package dev.freehold.link.quic;

import org.jspecify.annotations.NullMarked;
