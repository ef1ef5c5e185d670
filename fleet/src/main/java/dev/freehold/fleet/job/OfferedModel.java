// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.evidence.Statement;
import dev.freehold.record.Digest;

/**
 * A model that a machine offers.
 *
 * @param digest of its file: it decides
 * @param name what the machine calls it: 1 to 200 printable ASCII characters
 */
public record OfferedModel(Digest digest, String name) {
  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if it has other characters or another length
   */
  public OfferedModel {
    var _ = new Statement.Model(digest, name);
  }

  /** True where a request means this model: by its name or its digest. */
  public boolean answersTo(String asked) {
    return asked.equals(name) || asked.equals(digest.toString());
  }
}
