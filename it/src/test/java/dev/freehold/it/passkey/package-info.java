// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** A real browser signs with a passkey. */
@NullMarked
package dev.freehold.it.passkey;

import org.jspecify.annotations.NullMarked;
