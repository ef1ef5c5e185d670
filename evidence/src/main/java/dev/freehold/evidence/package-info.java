// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The records of the walk: receipts and transcripts.
 *
 * <p>Floor 2: it imports {@code record} and {@code crypto}; never {@code engine}.
 */
@NullMarked
package dev.freehold.evidence;

import org.jspecify.annotations.NullMarked;
