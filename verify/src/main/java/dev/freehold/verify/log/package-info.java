// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What logs, their witnesses, time authorities and chains say: checkpoints, proofs, entries,
 * stamps, split views, alone or of a bundle.
 *
 * <p>Of this room it imports {@code verdict}.
 */
@NullMarked
package dev.freehold.verify.log;

import org.jspecify.annotations.NullMarked;
