// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Checkpoints of logs on a chain (docs/formats/anchor.md): what was logged before an anchor can't
 * be rewritten without contradicting the chain.
 */
@NullMarked
package dev.freehold.ledger.anchor;

import org.jspecify.annotations.NullMarked;
