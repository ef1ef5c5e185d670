// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** How long it takes until others have vouched for an entry. */
@NullMarked
package dev.freehold.bench.witness;

import org.jspecify.annotations.NullMarked;
