// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** The orders of other machines, answered with this node's own models. */
@NullMarked
package dev.freehold.node.jobs;

import org.jspecify.annotations.NullMarked;
