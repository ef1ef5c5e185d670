// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of notes, keys and checkpoints. */
@NullMarked
package dev.freehold.evidence.note;

import org.jspecify.annotations.NullMarked;
