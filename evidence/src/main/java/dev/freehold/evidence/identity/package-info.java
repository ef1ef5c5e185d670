// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What the holder of an evidence key says of that key (docs/formats/identity.md): its successor,
 * its end.
 *
 * <p>It imports {@code record} and {@code crypto} only.
 */
@NullMarked
package dev.freehold.evidence.identity;

import org.jspecify.annotations.NullMarked;
