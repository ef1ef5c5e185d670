// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** One model over several processes of one machine, with and without a delay between them. */
@NullMarked
package dev.freehold.bench.split;

import org.jspecify.annotations.NullMarked;
