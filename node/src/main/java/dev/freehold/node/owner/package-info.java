// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * How a process of the home's owner shows the running node that it is one: by a file that only the
 * owner can read. Imports nothing of the node but its files.
 */
@NullMarked
package dev.freehold.node.owner;

import org.jspecify.annotations.NullMarked;
