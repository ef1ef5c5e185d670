// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * When this machine works, and for whom: hours, idleness, memory, load, heat (docs/fleet.md).
 *
 * <p>It judges; it starts and stops nothing. It imports neither the node's HTTP API nor its models.
 */
@NullMarked
package dev.freehold.node.work;

import org.jspecify.annotations.NullMarked;
