// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The one function through which every effect goes: judged by a mandate, recorded durably, done as
 * judged, recorded again (docs/formats/token.md; chapter C7.1 of the Proof-of-Control standard).
 *
 * <p>It knows no HTTP. Clock, randomness, log and upstream are passed in.
 */
@NullMarked
package dev.freehold.gateway.intercept;

import org.jspecify.annotations.NullMarked;
