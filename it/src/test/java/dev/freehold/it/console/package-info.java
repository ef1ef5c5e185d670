// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** The web console in a real browser. */
@NullMarked
package dev.freehold.it.console;

import org.jspecify.annotations.NullMarked;
