// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Signed notes, checkpoints and cosignatures (docs/formats/note.md), as C2SP signed-note,
 * tlog-checkpoint and tlog-cosignature specify them.
 *
 * <p>It imports {@code record}, {@code crypto} and {@link dev.freehold.evidence.Parsed} only; never
 * the log, whose checkpoints it reads.
 */
@NullMarked
package dev.freehold.evidence.note;

import org.jspecify.annotations.NullMarked;
