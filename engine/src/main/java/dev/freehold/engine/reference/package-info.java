// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The truth that quality and correctness are measured against: a plain binary64 forward pass over
 * dequantised weights, written for reading. Nothing that answers people uses it.
 *
 * <p>It imports {@code engine.gguf} and {@code engine.model}'s configuration.
 */
@NullMarked
package dev.freehold.engine.reference;

import org.jspecify.annotations.NullMarked;
