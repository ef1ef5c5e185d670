// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * A way through two NATs for UDP: interactive connectivity establishment (RFC 8445) for one socket
 * and one component, by STUN (RFC 8489). Both ends have told each other their candidates and
 * passwords over a link that proves who they are; this package never learns who they are. What is
 * left out of RFC 8445, and why, stands in docs/decisions/0089.
 *
 * <p>Floor 2: it imports {@code record} and {@code crypto} only.
 */
@NullMarked
package dev.freehold.link.ice;

import org.jspecify.annotations.NullMarked;
