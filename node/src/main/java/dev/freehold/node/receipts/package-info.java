// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Keeps receipts and transcripts in {@code FREEHOLD_HOME/receipts.db} (SQLite). Numbered SQL files
 * make its tables; a file that is released is never changed, the next one is added.
 */
@NullMarked
package dev.freehold.node.receipts;

import org.jspecify.annotations.NullMarked;
