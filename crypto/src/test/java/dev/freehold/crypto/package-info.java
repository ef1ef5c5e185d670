// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of keys, signatures and trees. */
@NullMarked
package dev.freehold.crypto;

import org.jspecify.annotations.NullMarked;
