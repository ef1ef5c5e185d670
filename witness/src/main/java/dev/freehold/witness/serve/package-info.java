// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * A witness as a process of its own: C2SP tlog-witness over HTTP (docs/formats/witness.md).
 *
 * <p>It imports {@code record}, {@code crypto}, {@code evidence} and Helidon; never {@code node},
 * {@code gateway} or the engine: whoever runs a witness runs nothing else with it.
 */
@NullMarked
package dev.freehold.witness.serve;

import org.jspecify.annotations.NullMarked;
