// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The end-to-end channel between two nodes on one path (docs/formats/link.md): a handshake in which
 * each proves its Ed25519 key over fresh hybrid key agreement, and sealed records in their order.
 * Whoever carries them is not trusted.
 *
 * <p>Floor 2: it imports {@code record} and {@code crypto} only, and knows no sockets.
 */
@NullMarked
package dev.freehold.link.channel;

import org.jspecify.annotations.NullMarked;
