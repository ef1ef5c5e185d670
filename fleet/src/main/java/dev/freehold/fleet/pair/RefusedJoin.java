// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.crypto.NodeId;
import dev.freehold.record.Timestamp;

/**
 * A joiner that was turned away.
 *
 * @param at when, by our clock
 * @param invite which invite it showed
 * @param node the joiner
 * @param why why
 */
public record RefusedJoin(Timestamp at, InviteId invite, NodeId node, PairRefusal why) {}
