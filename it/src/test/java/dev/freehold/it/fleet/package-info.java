// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/** Several machines as processes of their own. */
@NullMarked
package dev.freehold.it.fleet;

import org.jspecify.annotations.NullMarked;
