// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of HPKE. */
@NullMarked
package dev.freehold.crypto.hpke;

import org.jspecify.annotations.NullMarked;
