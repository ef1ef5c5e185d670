// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Model files on their way between machines (docs/formats/pieces.md): pieces of 8 MiB under a
 * Merkle root, from any machine that has them, each checked before it is kept.
 */
@NullMarked
package dev.freehold.fleet.pieces;

import org.jspecify.annotations.NullMarked;
