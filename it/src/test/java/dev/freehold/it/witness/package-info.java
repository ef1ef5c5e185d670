// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Witnesses, a node and a dishonest log, each a process of its own. */
@NullMarked
package dev.freehold.it.witness;

import org.jspecify.annotations.NullMarked;
