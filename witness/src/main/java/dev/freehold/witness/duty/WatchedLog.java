// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Json;
import java.util.List;

/** The log that the duties are about, as far as they need it. */
public interface WatchedLog {
  /** The key that its checkpoints are verified with. */
  VerifierKey key();

  /** Its published files. */
  TileSource files();

  /**
   * Puts verified cosignatures under the newest checkpoint, if it still is this one.
   *
   * @throws LogException if that can't be written now
   */
  void cosigned(Checkpoint checkpoint, List<SignatureLine> lines) throws LogException;

  /** Appends a record of the log's own source of duties, soon; returns at once. */
  void append(EntryKind kind, Json.Obj record);
}
