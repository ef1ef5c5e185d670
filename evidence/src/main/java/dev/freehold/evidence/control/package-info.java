// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Proof-of-Control evidence tokens (Advanced AI Society, v0.1; docs/formats/token.md): reading
 * anybody's, the chain of one agent, writing our own, and capabilities.
 *
 * <p>It imports {@code record} and {@code crypto} only: no policy, no log, no clock.
 */
@NullMarked
package dev.freehold.evidence.control;

import org.jspecify.annotations.NullMarked;
