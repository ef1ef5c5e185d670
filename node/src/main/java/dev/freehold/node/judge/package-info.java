// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Checks evidence exactly as {@code freehold verify} does, inside another program, and signs what
 * came of it (docs/formats/verdict.md).
 */
@NullMarked
package dev.freehold.node.judge;

import org.jspecify.annotations.NullMarked;
