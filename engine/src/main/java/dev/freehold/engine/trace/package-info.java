// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The trace of an answer: one leaf for each position, a Merkle root over them (RFC 6962, section
 * 2.1). docs/formats/trace.md has every byte.
 *
 * <p>It imports {@code record} and {@code crypto} alone.
 */
@NullMarked
package dev.freehold.engine.trace;

import org.jspecify.annotations.NullMarked;
