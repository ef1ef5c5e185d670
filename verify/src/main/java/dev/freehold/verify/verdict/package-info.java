// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What evidence can be checked for, what a check can say, what whoever verifies demands and gives,
 * and what a kind of file is.
 *
 * <p>It imports no other package of this room.
 */
@NullMarked
package dev.freehold.verify.verdict;

import org.jspecify.annotations.NullMarked;
