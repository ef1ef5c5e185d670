// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.evidence.note.SignedCheckpoint;

/** One duty of a log towards others, working on threads of its own. */
public interface LogDuty extends AutoCloseable {
  /** A checkpoint is published; returns at once. */
  void published(SignedCheckpoint checkpoint);

  /** Ends its threads; what is under way is taken up by the next process. */
  @Override
  void close();
}
