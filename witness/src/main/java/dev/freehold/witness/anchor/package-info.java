// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The duty {@code anchor}: a log's checkpoints on a chain, within a declared time
 * (docs/formats/anchor.md), of whichever process keeps the log. Here the rooms {@code ledger} and
 * {@code witness} meet.
 *
 * <p>Floor 4: it imports {@code record}, {@code crypto}, {@code evidence} and {@code ledger}; never
 * {@code node} or {@code gateway}, whose logs it works for.
 */
@NullMarked
package dev.freehold.witness.anchor;

import org.jspecify.annotations.NullMarked;
