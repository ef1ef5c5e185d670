// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * A node's part in its owner's fleet: the links to its members, the book in its home, what it says
 * of itself.
 *
 * <p>Wires {@code fleet} and {@code link}; never imports the node's HTTP API.
 */
@NullMarked
package dev.freehold.node.fleet;

import org.jspecify.annotations.NullMarked;
