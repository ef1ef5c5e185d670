// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Models on several machines: layers lent to other members, and models of this node that run on
 * machines of the fleet. Wires {@code fleet.split}, {@code fleet.pieces} and {@code fleet.plan}.
 */
@NullMarked
package dev.freehold.node.split;

import org.jspecify.annotations.NullMarked;
