// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * From logits to a token: operation 7 of arithmetic version 1, as docs/formats/sampling.md writes
 * it down. A token is a function of its logits, the parameters, the seed, its position and the
 * tokens before it, so that any one of them can be sampled again alone.
 *
 * <p>It knows nothing of models, requests or receipts.
 */
@NullMarked
package dev.freehold.engine.sampling;

import org.jspecify.annotations.NullMarked;
