// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The second lane: model servers that aren't ours, behind this node. What they answer is passed on
 * and marked; nothing about it is proven, nothing is signed or kept.
 *
 * <p>Never imports what makes or keeps receipts.
 */
@NullMarked
package dev.freehold.node.lanes;

import org.jspecify.annotations.NullMarked;
