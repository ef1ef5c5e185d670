// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What the members of a fleet say of themselves, and how they are reached
 * (docs/formats/presence.md). What a machine says of itself is shown, and ranks nobody.
 *
 * <p>It imports {@code record}, {@code link} and its own room; never {@code node}.
 */
@NullMarked
package dev.freehold.fleet.presence;

import org.jspecify.annotations.NullMarked;
