// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.witness;

import dev.freehold.evidence.note.StrictBase64;
import dev.freehold.record.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Hashes of a proof, one a line. */
final class ConsistencyLines {
  /** A proof has no more hashes. */
  static final int LIMIT = 63;

  private ConsistencyLines() {}

  static Optional<List<Digest>> read(List<String> lines) {
    List<Digest> path = new ArrayList<>();
    for (String line : lines) {
      Optional<Digest> hash = StrictBase64.hash(line);
      if (hash.isEmpty() || path.size() == LIMIT) {
        return Optional.empty();
      }
      path.add(hash.get());
    }
    return Optional.of(path);
  }
}
