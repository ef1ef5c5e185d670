// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.util.List;

/**
 * A record that is finished just before it is written to the journal, together with others that
 * wait for the same frame: many signatures at once cost less than one at a time.
 */
public interface LateRecord {
  /** Its length in bytes, which finishing does not change. */
  int length();

  /** Its bytes, canonical JSON, finished; not copied. */
  byte[] record();

  /**
   * Finishes this record, and of the others what the same can finish with it. Called by whoever
   * writes the journal; what it throws fails the append as if the journal couldn't be written.
   *
   * @param together records of one frame, this one among them
   */
  void finish(List<? extends LateRecord> together);
}
