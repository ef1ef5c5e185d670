// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.witness.duty.Duties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The node's log as others see it: its published files. */
final class LogPage {
  private static final int TAIL = 30;

  private final TileSource files;
  private final Supplier<List<Duties.Standing>> duties;

  LogPage(Path folder, Supplier<List<Duties.Standing>> duties) {
    this.files = FolderStorage.reading(folder);
    this.duties = duties;
  }

  private Optional<SignedCheckpoint> newest() throws IOException {
    return files
        .read("checkpoint")
        .flatMap(
            bytes ->
                SignedCheckpoint.parse(bytes) instanceof Parsed.Read<SignedCheckpoint>(var read)
                    ? Optional.of(read)
                    : Optional.empty());
  }

  Json.Obj show() throws IOException, LogException {
    Optional<SignedCheckpoint> found = newest();
    List<Json> entries = new ArrayList<>();
    Json.Builder page = Json.object();
    if (found.isPresent()) {
      LogReader reader = new LogReader(files, found.get());
      page.put("size", reader.size())
          .put("origin", found.get().checkpoint().origin().text())
          .put("root", found.get().checkpoint().root().toString())
          .put("note", new String(found.get().note().encode(), StandardCharsets.UTF_8))
          .put(
              "signers",
              Json.array(
                  found.get().note().signatures().stream()
                      .map(line -> Json.of(line.name().text()))
                      .distinct()
                      .toList()));
      long from = Math.max(0, reader.size() - TAIL);
      for (byte[] bytes : reader.entries(from, reader.size())) {
        entries.addFirst(describe(bytes, from++));
      }
    }
    List<Json> owed = new ArrayList<>();
    for (Duties.Standing duty : duties.get()) {
      owed.add(
          Json.object()
              .put("name", duty.name())
              .put("within", duty.within().toSeconds())
              .put("missed", duty.missedSince().map(Object::toString).orElse(null))
              .put("why", duty.why())
              .build());
    }
    return page.put("duties", Json.array(owed)).put("entries", Json.array(entries)).build();
  }

  private static Json.Obj describe(byte[] bytes, long index) {
    Json.Builder line = Json.object().put("index", index);
    if (Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry)) {
      line.put("kind", entry.kind().text())
          .put("leaf", entry.leafHash().toString())
          .put("receipt", LoggedReceipt.id(entry).map(ReceiptId::text).orElse(null));
    }
    return line.build();
  }

  /** A tlog-proof of an entry, its bytes in it; empty where the log has no such entry. */
  Optional<String> proof(String text) throws IOException, LogException {
    Optional<SignedCheckpoint> found = newest();
    if (found.isEmpty() || !text.matches("[0-9]{1,18}")) {
      return Optional.empty();
    }
    long index = Long.parseLong(text);
    LogReader reader = new LogReader(files, found.get());
    if (index >= reader.size()) {
      return Optional.empty();
    }
    TlogProof proof = TlogProof.of(reader.inclusion(index, reader.size()), found.get());
    return Optional.of(
        new String(proof.withExtra(reader.entry(index)).encode(), StandardCharsets.UTF_8));
  }
}
