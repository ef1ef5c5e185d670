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
import dev.freehold.node.receipts.Purchased;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** Who was paid for an answer, and the entries of this node's log that tell of it. */
  Json.Obj settled(ReceiptId id) throws IOException, LogException {
    Json bought = Json.Null.VALUE;
    Optional<Purchased> purchase = store.purchases().of(id);
    if (purchase.isPresent()) {
      bought =
          Json.object()
              .put("seller", purchase.get().seller().toString())
              .put("paid", purchase.get().paid().toString())
              .put("channel", purchase.get().channel().toString())
              .put("verdict", purchase.get().answered().finding().word())
              .build();
    }
    List<Json> entries = new ArrayList<>();
    Optional<LogReader> reader = reader();
    for (long index : store.entriesAbout(id)) {
      if (reader.isPresent()
          && index < reader.get().size()
          && Entry.decode(reader.get().entry(index)) instanceof Parsed.Read<Entry>(Entry entry)) {
        entries.add(Json.object().put("index", index).put("kind", entry.kind().text()).build());
      }
    }
    return Json.object().put("bought", bought).put("entries", Json.array(entries)).build();
  }

  private Optional<LogReader> reader() throws IOException {
    return files
        .read("checkpoint")
        .flatMap(
            bytes ->
                SignedCheckpoint.parse(bytes)
                        instanceof Parsed.Read<SignedCheckpoint>(SignedCheckpoint newest)
                    ? Optional.of(new LogReader(files, newest))
                    : Optional.empty());
  }

  private Optional<ProvenEntry> proven(ReceiptId id) throws IOException, LogException {
    OptionalLong index = store.entryOf(id);
    Optional<LogReader> found = reader();
    if (index.isEmpty() || found.isEmpty() || found.get().size() <= index.getAsLong()) {
      return Optional.empty();
    }
    LogReader reader = found.get();
    return Entry.decode(reader.entry(index.getAsLong())) instanceof Parsed.Read<Entry>(Entry entry)
        ? Optional.of(
            new ProvenEntry(
                entry,
                TlogProof.of(reader.inclusion(index.getAsLong(), reader.size()), reader.signed())))
        : Optional.empty();
  }
}
