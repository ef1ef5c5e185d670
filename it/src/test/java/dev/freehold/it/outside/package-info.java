// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Other people's tools check our evidence, and we check theirs. */
@NullMarked
package dev.freehold.it.outside;

import org.jspecify.annotations.NullMarked;
