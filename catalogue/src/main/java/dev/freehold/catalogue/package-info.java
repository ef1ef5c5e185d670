// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Models by digest: where their bytes can be had, and the store of those that are here.
 *
 * <p>Floor 3: it imports floors 0 to 2.
 */
@NullMarked
package dev.freehold.catalogue;

import org.jspecify.annotations.NullMarked;
