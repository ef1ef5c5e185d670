// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Answers: receipts, transcripts, and bundles with the entries of logs that tell of them, up to the
 * mandate (docs/formats/receipt.md, transcript.md, bundle.md).
 *
 * <p>Of this room it imports {@code verdict}, {@code replay} and {@code log}.
 */
@NullMarked
package dev.freehold.verify.answer;

import org.jspecify.annotations.NullMarked;
