// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Where a log's checkpoints are anchored on chains, as the log says and as a chain told
 * (docs/formats/anchor.md). No chain is asked here; that is {@code ledger}'s.
 */
@NullMarked
package dev.freehold.evidence.anchor;

import org.jspecify.annotations.NullMarked;
