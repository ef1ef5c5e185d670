// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Who allowed what, and what was decided: mandates, their ends and refusals, tokens of Proof of
 * Control and capabilities.
 *
 * <p>Of this room it imports {@code verdict} and {@code statement}.
 */
@NullMarked
package dev.freehold.verify.control;

import org.jspecify.annotations.NullMarked;
