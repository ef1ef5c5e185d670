// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Witnesses of logs: what is asked of one and what it answers (C2SP tlog-witness,
 * docs/formats/witness.md), how many of which must have cosigned (C2SP tlog-policy,
 * docs/formats/policy.md), and the proof that a log showed two histories
 * (docs/formats/split-view.md).
 *
 * <p>It imports {@code record}, {@code crypto}, {@code evidence}'s notes, proofs and files; never a
 * network: serving and asking are the room {@code witness}'.
 */
@NullMarked
package dev.freehold.evidence.witness;

import org.jspecify.annotations.NullMarked;
