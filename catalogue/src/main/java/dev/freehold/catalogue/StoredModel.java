// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import dev.freehold.record.Digest;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A model whose bytes are on this machine and were checked against its digest.
 *
 * @param name what people call it
 * @param digest SHA-256 of the file
 * @param file where it lies under the store's name (it may be a link)
 * @param bytes its size
 * @param source where it came from
 * @param added when
 */
public record StoredModel(
    String name, Digest digest, Path file, long bytes, String source, Instant added) {}
