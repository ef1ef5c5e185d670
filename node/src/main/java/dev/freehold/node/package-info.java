// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The composition root: configuration, wiring, persistence, HTTP API, web console.
 *
 * <p>Floor 5: it imports every lower floor; never {@code cli}.
 */
@NullMarked
package dev.freehold.node;

import org.jspecify.annotations.NullMarked;
