// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Mandates: what an owner signed that somebody may do (docs/formats/mandate.md); narrowing only,
 * revocable, signed by a key or a passkey (WebAuthn Level 3, section 7.2), and the policy that
 * judges proposed actions by them.
 *
 * <p>It imports {@code record}, {@code crypto} and {@code evidence.action}: no clock, no log.
 */
@NullMarked
package dev.freehold.evidence.mandate;

import org.jspecify.annotations.NullMarked;
