// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The relay and a node's connection to one (docs/formats/relay.md): ciphertext is forwarded between
 * nodes that are connected just now. The relay proves its key and has theirs proven; it keeps
 * nothing.
 *
 * <p>Floor 2: it imports {@code record} and {@code crypto} only. Of all of {@code link} this
 * package alone sees Helidon: a relay is a server, and a process of its own.
 */
@NullMarked
package dev.freehold.link.relay;

import org.jspecify.annotations.NullMarked;
