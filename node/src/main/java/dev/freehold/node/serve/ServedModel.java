// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

import dev.freehold.evidence.Statement;
import dev.freehold.record.Digest;
import java.nio.file.Path;

/**
 * A model that a node serves.
 *
 * @param name what requests call it, and receipts: 1 to 200 printable ASCII characters
 * @param file its GGUF file
 * @param digest what the file's bytes have to hash to; the node checks it before it signs for them
 */
public record ServedModel(String name, Path file, Digest digest) {
  /** Checks the name. */
  public ServedModel {
    var _ = new Statement.Model(digest, name);
  }

  /** True where a request means this model: by its name or its digest. */
  boolean answersTo(String asked) {
    return asked.equals(name) || asked.equals(digest.toString());
  }
}
