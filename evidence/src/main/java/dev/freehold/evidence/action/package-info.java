// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What an agent does, as Proof-of-Control tokens: three records an action, what an agent's path
 * adds up to, its history, and capabilities (docs/formats/token.md).
 *
 * <p>It imports {@code record}, {@code crypto} and {@code evidence.control}: no policy, no log.
 * Clock and randomness are passed in.
 */
@NullMarked
package dev.freehold.evidence.action;

import org.jspecify.annotations.NullMarked;
