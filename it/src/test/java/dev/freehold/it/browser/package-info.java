// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** A browser, driven by tests. */
@NullMarked
package dev.freehold.it.browser;

import org.jspecify.annotations.NullMarked;
