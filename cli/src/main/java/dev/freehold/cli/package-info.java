// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * One class per verb.
 *
 * <p>Floor 6: it imports every lower floor.
 */
@NullMarked
package dev.freehold.cli;

import org.jspecify.annotations.NullMarked;
