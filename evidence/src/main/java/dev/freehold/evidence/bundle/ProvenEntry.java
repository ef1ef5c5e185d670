// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.bundle;

import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.TlogProof;

/**
 * An entry of a log, with the proof that it is one.
 *
 * @param entry the entry
 * @param proof where it stands, and under which checkpoint; nothing of it is believed yet
 */
public record ProvenEntry(Entry entry, TlogProof proof) {
  /** Whether the proof leads from this entry to the root that its checkpoint names. */
  public boolean included() {
    return proof.proves(entry.leafHash());
  }
}
