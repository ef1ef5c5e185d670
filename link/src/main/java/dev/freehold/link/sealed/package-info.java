// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * A job's request and answer, sealed to the node that runs it (docs/formats/sealed-job.md): who
 * carries them can neither read, reorder, replay, drop nor truncate unnoticed.
 *
 * <p>Floor 2: it imports {@code record} and {@code crypto} only, and neither the wire nor the
 * relay.
 */
@NullMarked
package dev.freehold.link.sealed;

import org.jspecify.annotations.NullMarked;
