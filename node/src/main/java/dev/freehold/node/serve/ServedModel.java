// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

import dev.freehold.record.Digest;
import java.nio.file.Path;

/**
 * A model that a node serves.
 *
 * @param name what requests call it
 * @param file its GGUF file
 * @param digest what the file's bytes have to hash to; the node checks it before it signs for them
 */
public record ServedModel(String name, Path file, Digest digest) {
  /** Refuses an empty name. */
  public ServedModel {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a served model needs a name: " + file);
    }
  }
}
