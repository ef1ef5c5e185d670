// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Time from an authority: RFC 3161 requests and responses over the bytes of a checkpoint
 * (docs/formats/timestamp.md).
 *
 * <p>It imports {@code record}, {@code crypto}, {@code evidence}'s own values and BouncyCastle's
 * TSP; never the network: asking an authority is {@code node}'s work.
 */
@NullMarked
package dev.freehold.evidence.timestamp;

import org.jspecify.annotations.NullMarked;
