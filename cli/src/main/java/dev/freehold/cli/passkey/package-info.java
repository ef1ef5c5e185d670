// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The page on loopback where a person signs with a passkey (docs/formats/mandate.md; WebAuthn Level
 * 3, sections 5.1.3, 5.1.4 and 7.2). It is served by the JDK's own small server while one verb
 * waits for one signature.
 *
 * <p>It imports {@code record}, {@code crypto} and {@code evidence.mandate}; no verb, no screen.
 */
@NullMarked
package dev.freehold.cli.passkey;

import org.jspecify.annotations.NullMarked;
