// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * One model over several machines (docs/formats/stage.md): {@link dev.freehold.fleet.split.Stage}
 * computes some of its layers, {@link dev.freehold.fleet.split.Pipeline} leads sequences through
 * all of them.
 */
@NullMarked
package dev.freehold.fleet.split;

import org.jspecify.annotations.NullMarked;
