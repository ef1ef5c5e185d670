// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.witness.duty.Duties;
import dev.freehold.witness.duty.WitnessedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The node's log as others see it: its published files. */
final class LogPage {
  private static final int TAIL = 30;

  /** Anchors and stamps that are shown. */
  private static final int NEWEST = 10;

  /** Of the checkpoints that a quorum cosigned, so many are looked at. */
  private static final int KEPT = 8;

  /** The most entries that one look reads in search of anchors. */
  private static final int AT_ONCE = 8192;

  private static final int BATCH = 1024;

  private final TileSource files;
  private final Supplier<List<Duties.Standing>> duties;
  private final WitnessedFiles witnessed;
  private final Optional<Policy> policy;

  /** Where others vouched for the log, the newest first; owned by this object's monitor. */
  private final List<Json> anchors = new ArrayList<>();

  private final List<Json> stamps = new ArrayList<>();
  private long searched;

  LogPage(
      Path folder,
      Supplier<List<Duties.Standing>> duties,
      WitnessedFiles witnessed,
      Optional<Policy> policy) {
    this.files = FolderStorage.reading(folder);
    this.duties = duties;
    this.witnessed = witnessed;
    this.policy = policy;
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

  synchronized Json.Obj show() throws IOException, LogException {
    Optional<SignedCheckpoint> found = newest();
    Json.Builder page = Json.object();
    Json entries = Json.array();
    if (found.isPresent()) {
      LogReader reader = new LogReader(files, found.get());
      search(reader);
      page.put("size", reader.size())
          .put("origin", found.get().checkpoint().origin().text())
          .put("root", found.get().checkpoint().root().toString())
          .put("note", new String(found.get().note().encode(), StandardCharsets.UTF_8))
          .put("witnesses", witnesses(found.get()));
      entries = entries(reader, reader.size());
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
    return page.put("duties", Json.array(owed))
        .put("anchors", Json.array(anchors))
        .put("stamps", Json.array(stamps))
        .put("searched", searched)
        .put("entries", entries)
        .build();
  }

  /** The entries up to one, the newest first; empty where the log has no such entry. */
  Optional<Json.Obj> upTo(String text) throws IOException, LogException {
    Optional<SignedCheckpoint> found = newest();
    if (found.isEmpty() || !text.matches("[0-9]{1,18}")) {
      return Optional.empty();
    }
    LogReader reader = new LogReader(files, found.get());
    long last = Long.parseLong(text);
    return last >= reader.size()
        ? Optional.empty()
        : Optional.of(Json.object().put("entries", entries(reader, last + 1)).build());
  }

  private static Json entries(LogReader reader, long end) throws IOException, LogException {
    List<Json> entries = new ArrayList<>();
    long from = Math.max(0, end - TAIL);
    for (byte[] bytes : reader.entries(from, end)) {
      entries.addFirst(describe(bytes, from++));
    }
    return Json.array(entries);
  }

  /** Reads on where the last look ended. */
  private void search(LogReader reader) throws IOException, LogException {
    long end = Math.min(reader.size(), searched + AT_ONCE);
    while (searched < end) {
      long to = Math.min(end, searched + BATCH);
      for (byte[] bytes : reader.entries(searched, to)) {
        if (Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry)) {
          vouched(entry, searched);
        }
        searched++;
      }
    }
  }

  private void vouched(Entry entry, long index) {
    if (entry.kind() == EntryKind.ANCHOR
        && LoggedAnchor.read(entry.record()) instanceof Parsed.Read<LoggedAnchor>(var anchor)) {
      newest(anchors, anchor.toJson().with("index", Json.of(index)));
    } else if (entry.kind() == EntryKind.TIMESTAMP) {
      newest(
          stamps,
          Json.object()
              .put("index", index)
              .put("authority", entry.record().get("authority").orElse(Json.Null.VALUE))
              .put("size", entry.record().get("size").orElse(Json.Null.VALUE))
              .build());
    }
  }

  private static void newest(List<Json> all, Json one) {
    all.addFirst(one);
    if (all.size() > NEWEST) {
      all.removeLast();
    }
  }

  /** Of each witness of the policy, the longest checkpoint kept here that it has cosigned. */
  private Json witnesses(SignedCheckpoint published) throws IOException {
    if (policy.isEmpty()) {
      return Json.array();
    }
    List<SignedCheckpoint> checkpoints = new ArrayList<>(List.of(published));
    witnessed.checkpoints().descendingMap().values().stream().limit(KEPT).forEach(checkpoints::add);
    List<VerifierKey> own =
        NodeLog.node(published.checkpoint().origin()).map(NodeLog::verifierKey).stream().toList();
    List<Json> all = new ArrayList<>();
    for (Policy.KnownWitness witness : policy.get().witnesses()) {
      all.add(last(witness, checkpoints, own));
    }
    return Json.array(all);
  }

  private Json last(
      Policy.KnownWitness witness, List<SignedCheckpoint> checkpoints, List<VerifierKey> own) {
    Policy alone = new Policy(List.of(), List.of(witness), new Policy.Quorum.None());
    long size = -1;
    @Nullable Instant time = null;
    for (SignedCheckpoint each : checkpoints) {
      if (alone.judge(each, own) instanceof Policy.Judgement.Counted counted
          && counted.cosigned().containsKey(witness)
          && each.checkpoint().size() > size) {
        size = each.checkpoint().size();
        time = counted.cosigned().get(witness).orElse(null);
      }
    }
    return Json.object()
        .put("name", witness.name())
        .put("size", size < 0 ? Json.Null.VALUE : Json.of(size))
        .put("time", time == null ? null : time.toString())
        .build();
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
