// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What an asker holds against the machines that answer it: receipts that don't fit, replays that
 * come out differently, and what follows (docs/formats/job.md). Nobody is believed, and what can't
 * be judged counts against nobody.
 *
 * <p>Floor 3: it imports {@code record}, {@code crypto}, {@code engine} and {@code evidence}; the
 * replay itself is whoever's that has {@code verify}.
 */
@NullMarked
package dev.freehold.fleet.check;

import org.jspecify.annotations.NullMarked;
