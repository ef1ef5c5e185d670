// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Transcript;
import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What is known of an answer, as a file that {@code freehold verify} takes. */
final class AnswerEvidence {
  private final ReceiptStore store;
  private final TileSource files;

  AnswerEvidence(ReceiptStore store, Path logFolder) {
    this.store = store;
    this.files = FolderStorage.reading(logFolder);
  }

  /**
   * The bundle, once the receipt is logged; before, the transcript, or the receipt alone where that
   * is forgotten. Empty where there is no such receipt.
   */
  Optional<byte[]> of(ReceiptId id) throws IOException, LogException {
    Optional<Receipt> receipt = store.receipt(id);
    if (receipt.isEmpty()) {
      return Optional.empty();
    }
    Transcript transcript = store.find(id).orElse(null);
    Optional<ProvenEntry> proven = proven(id);
    if (proven.isPresent()) {
      return Optional.of(new Bundle(List.of(proven.get()), List.of(), transcript).encode());
    }
    return Optional.of(transcript == null ? receipt.get().encode() : transcript.encode());
  }

  private Optional<ProvenEntry> proven(ReceiptId id) throws IOException, LogException {
    OptionalLong index = store.entryOf(id);
    Optional<byte[]> checkpoint = files.read("checkpoint");
    if (index.isEmpty()
        || checkpoint.isEmpty()
        || !(SignedCheckpoint.parse(checkpoint.get())
            instanceof Parsed.Read<SignedCheckpoint>(SignedCheckpoint newest))
        || newest.checkpoint().size() <= index.getAsLong()) {
      return Optional.empty();
    }
    LogReader reader = new LogReader(files, newest);
    return Entry.decode(reader.entry(index.getAsLong())) instanceof Parsed.Read<Entry>(Entry entry)
        ? Optional.of(
            new ProvenEntry(
                entry, TlogProof.of(reader.inclusion(index.getAsLong(), reader.size()), newest)))
        : Optional.empty();
  }
}
