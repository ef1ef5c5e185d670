// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Answers for whoever pays by x402 (docs/formats/x402.md): what they cost, whether a payment is
 * good, and its settlement, by this node itself. Decision 63 says what either side can lose.
 */
@NullMarked
package dev.freehold.node.x402;

import org.jspecify.annotations.NullMarked;
