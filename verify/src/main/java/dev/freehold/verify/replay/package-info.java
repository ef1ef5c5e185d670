// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Whether a model gives exactly the answer, or a stage exactly the rows, that a receipt tells of:
 * all computed again (docs/formats/trace.md, stage.md).
 *
 * <p>Of this room it imports {@code verdict}.
 */
@NullMarked
package dev.freehold.verify.replay;

import org.jspecify.annotations.NullMarked;
