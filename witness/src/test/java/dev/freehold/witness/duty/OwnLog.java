// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Json;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** A log in a folder, with entries that say anything. */
final class OwnLog implements WatchedLog, AutoCloseable {
  static final KeyName NAME = new KeyName("freehold.example/own");
  private static final Source ENTRIES = new Source("entries");
  private static final Source DUTIES = new Source("duties");

  private final NoteSigner.Ed25519 signer =
      NoteSigner.ed25519(NAME, SigningKey.ofSeed(new byte[32]));
  private final Path folder;
  private final Log log;

  OwnLog(Path folder) throws Exception {
    this.folder = folder;
    this.log =
        Log.open(FolderStorage.open(folder), Origin.of(NAME), signer, InstantSource.system());
  }

  /** Appends entries and publishes. */
  SignedCheckpoint grow(int entries, String what) throws LogException {
    for (int i = 0; i < entries; i++) {
      log.append(
              new Entry(
                  EntryKind.RECEIPT,
                  ENTRIES,
                  log.nextSequence(ENTRIES).orElseThrow(),
                  Json.object().put("what", what).build()))
          .join();
    }
    return log.publish();
  }

  SignedCheckpoint publish() throws LogException {
    return log.publish();
  }

  SignedCheckpoint newest() {
    return log.newest().orElseThrow();
  }

  @Override
  public VerifierKey key() {
    return signer.verifierKey();
  }

  @Override
  public TileSource files() {
    return FolderStorage.reading(folder);
  }

  @Override
  public void cosigned(Checkpoint checkpoint, List<SignatureLine> lines) throws LogException {
    log.cosigned(checkpoint, lines);
  }

  @Override
  public void append(EntryKind kind, Json.Obj record) {
    log.append(new Entry(kind, DUTIES, log.nextSequence(DUTIES).orElseThrow(), record)).join();
  }

  @Override
  public void close() throws LogException {
    log.close();
  }
}
