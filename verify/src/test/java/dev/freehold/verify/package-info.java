// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of verdicts: many more that must not be Valid than must. */
@NullMarked
package dev.freehold.verify;

import org.jspecify.annotations.NullMarked;
