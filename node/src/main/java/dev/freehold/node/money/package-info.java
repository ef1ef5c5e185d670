// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * A node's money: the chain it pays and is paid on, its payment key, both ends of its payment
 * channels, and the watch that claims in time.
 */
@NullMarked
package dev.freehold.node.money;

import org.jspecify.annotations.NullMarked;
