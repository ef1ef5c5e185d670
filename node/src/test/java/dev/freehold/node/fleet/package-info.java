// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** What the owner's machines tell each other. */
@NullMarked
package dev.freehold.node.fleet;

import org.jspecify.annotations.NullMarked;
