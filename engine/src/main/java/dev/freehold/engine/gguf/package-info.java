// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * GGUF model files, versions 2 and 3 (docs/formats/gguf.md): a strict, total reader over a memory
 * mapping, and a writer for synthetic models.
 *
 * <p>It imports {@code kernel} for the tensor types only, and never {@code engine.model}.
 */
@NullMarked
package dev.freehold.engine.gguf;

import org.jspecify.annotations.NullMarked;
