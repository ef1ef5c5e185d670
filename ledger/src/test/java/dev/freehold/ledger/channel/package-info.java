// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** x402's published digests. */
@NullMarked
package dev.freehold.ledger.channel;

import org.jspecify.annotations.NullMarked;
