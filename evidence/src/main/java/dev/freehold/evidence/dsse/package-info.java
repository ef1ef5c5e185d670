// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Envelopes and statements of the software supply chain: DSSE 1.0, in-toto statements v1, and the
 * provenance of a model or a dataset as a tree (docs/formats/dsse.md).
 *
 * <p>It imports {@code record}, {@code crypto} and {@code evidence}'s own values.
 */
@NullMarked
package dev.freehold.evidence.dsse;

import org.jspecify.annotations.NullMarked;
