// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The duty {@code anchor}: the node's checkpoints on a chain, within a declared time
 * (docs/formats/anchor.md). Here the rooms {@code ledger} and {@code witness} meet, which don't
 * know each other. It must never import {@code node.http} or {@code node.serve}: no answer waits
 * for a chain.
 */
@NullMarked
package dev.freehold.node.anchor;

import org.jspecify.annotations.NullMarked;
