// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.anchor.AnchorProof;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.bundle.AuthorisingEntries;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.bundle.StampedCheckpoint;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.timestamp.LoggedTimestamp;
import dev.freehold.node.evidence.EvidenceLog;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.witness.duty.WitnessedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A log's published files, read from outside: the node may be running meanwhile. */
final class PublishedLog {
  private static final String CHECKPOINT = "checkpoint";
  private static final int AT_ONCE = 256;

  /** What else than damage may be the reason why a log isn't sound. */
  static final String AFTER_A_POWER_CUT =
      "if the power was cut, files that were not flushed yet are torn until the log's node or"
          + " gateway is started again, which makes them anew; then check again";

  private final Path folder;
  private final TileSource files;
  private final VerifierKey key;

  private PublishedLog(Path folder, VerifierKey key) {
    this.folder = folder;
    this.files = FolderStorage.reading(folder);
    this.key = key;
  }

  /** The log of this home's node. */
  static PublishedLog ofHome(Places places) throws Verb.Failure, IOException {
    Path folder = places.home().resolve(EvidenceLog.FOLDER);
    if (!Files.exists(folder.resolve(CHECKPOINT))) {
      throw new Verb.Failure(
          "there is no log in " + places.home() + " yet: 'freehold ask' makes its first entry");
    }
    return in(folder, null);
  }

  /** The log of a gateway: of this home's, or of the one whose folder is named. */
  static PublishedLog ofGateway(Places places, @Nullable Path gateway)
      throws Verb.Failure, IOException {
    Path home = gateway == null ? places.home().resolve(GatewayVerb.FOLDER) : gateway;
    Path folder = home.resolve("log");
    if (!Files.exists(folder.resolve(CHECKPOINT))) {
      throw new Verb.Failure(
          "there is no gateway's log in " + home + " yet: 'freehold gateway' begins it");
    }
    return in(folder, null);
  }

  /** The log in a folder; a node's log needs no key, since its name holds it. */
  static PublishedLog in(Path folder, @Nullable VerifierKey key) throws Verb.Failure, IOException {
    SignedCheckpoint checkpoint = checkpoint(folder, FolderStorage.reading(folder));
    VerifierKey known = key;
    if (known == null) {
      known =
          NodeLog.node(checkpoint.checkpoint().origin())
              .map(NodeLog::verifierKey)
              .orElseThrow(
                  () ->
                      new Verb.Failure(
                          "the log "
                              + checkpoint.checkpoint().origin()
                              + " is not one of a node: give its key with --log"));
    }
    return new PublishedLog(folder, known);
  }

  private static SignedCheckpoint checkpoint(Path folder, TileSource files)
      throws Verb.Failure, IOException {
    Optional<byte[]> bytes = files.read(CHECKPOINT);
    if (bytes.isEmpty()) {
      throw new Verb.Failure(
          "there is no file "
              + folder.resolve(CHECKPOINT)
              + ": name a folder that 'freehold log export' wrote");
    }
    return switch (SignedCheckpoint.parse(bytes.get())) {
      case Parsed.Read<SignedCheckpoint>(SignedCheckpoint read) -> read;
      case Parsed.Malformed<SignedCheckpoint>(String reason) ->
          throw new Verb.Failure(
              folder.resolve(CHECKPOINT) + " is damaged: " + reason + "; " + AFTER_A_POWER_CUT);
    };
  }

  /** The folder with what others have vouched for, beside the log's; it may be missing. */
  Path witnessed() {
    return folder.resolveSibling(WitnessedFiles.FOLDER);
  }

  TileSource files() {
    return files;
  }

  VerifierKey key() {
    return key;
  }

  SignedCheckpoint checkpoint() throws Verb.Failure, IOException {
    return checkpoint(folder, files);
  }

  /** A reader at the newest checkpoint. */
  LogReader reader() throws Verb.Failure, IOException {
    return new LogReader(files, checkpoint());
  }

  /**
   * What a person names entries by: an index, or the id of a receipt. Of a receipt that is another
   * node's to log, they are those that tell of it: a verdict, a voucher.
   */
  List<Long> indices(String text, LogReader reader, Places places) throws Verb.Failure {
    if (text.matches("[0-9]{1,18}")) {
      long index = Long.parseLong(text);
      if (index >= reader.size()) {
        throw new Verb.Failure(
            "the log has " + reader.size() + " entries, counted from 0: there is no " + index);
      }
      return List.of(index);
    }
    ReceiptId id = id(text);
    Optional<Long> own = entryOf(id, places);
    List<Long> found = own.isPresent() ? List.of(own.get()) : about(id, places);
    List<Long> published = found.stream().filter(index -> index < reader.size()).toList();
    if (published.isEmpty()) {
      throw new Verb.Failure(
          "the receipt "
              + text
              + " is not in the log: 'freehold receipt list' shows those that are here, and a node"
              + " logs them within a second");
    }
    return published;
  }

  /**
   * The one entry that a person names.
   *
   * @throws Verb.Failure if there are several
   */
  long index(String text, LogReader reader, Places places)
      throws Verb.Failure, IOException, LogException {
    List<Long> found = indices(text, reader, places);
    if (found.size() == 1) {
      return found.getFirst();
    }
    List<String> each = new ArrayList<>();
    for (long index : found) {
      each.add(index + ", a " + LogVerbs.entry(reader.entry(index), index).kind().text());
    }
    throw new Verb.Failure(
        "the receipt is another node's to log, and "
            + found.size()
            + " entries here tell of it ("
            + String.join("; ", each)
            + "): name one of them by its index");
  }

  private static List<Long> about(ReceiptId id, Places places) {
    Optional<ReceiptStore> store = ReceiptStore.openIfThere(places.home());
    if (store.isEmpty()) {
      return List.of();
    }
    try (ReceiptStore open = store.get()) {
      return open.entriesAbout(id);
    }
  }

  private static ReceiptId id(String text) throws Verb.Failure {
    try {
      return new ReceiptId(text);
    } catch (IllegalArgumentException e) {
      throw new Verb.Failure(
          "'" + text + "' is neither an index nor a receipt's id: 'freehold log tail' shows both");
    }
  }

  private static Optional<Long> entryOf(ReceiptId id, Places places) {
    Optional<ReceiptStore> store = ReceiptStore.openIfThere(places.home());
    if (store.isEmpty()) {
      return Optional.empty();
    }
    try (ReceiptStore open = store.get()) {
      OptionalLong entry = open.entryOf(id);
      return entry.isPresent() ? Optional.of(entry.getAsLong()) : Optional.empty();
    }
  }

  /** The proof of an entry under the reader's checkpoint. */
  TlogProof prove(long index, LogReader reader) throws LogException {
    return TlogProof.of(reader.inclusion(index, reader.size()), reader.signed());
  }

  /**
   * A receipt's entry with its proof.
   *
   * @throws Verb.Failure if it is not published yet
   */
  ProvenEntry proven(ReceiptId id, Places places) throws Verb.Failure, IOException, LogException {
    LogReader reader = reader();
    Optional<Long> index = entryOf(id, places).filter(i -> i < reader.size());
    if (index.isEmpty()) {
      throw new Verb.Failure(
          "the receipt "
              + id
              + " is not in the log yet; a running node logs it within a second, and the next"
              + " 'freehold up' or 'freehold ask' logs what is left");
    }
    Entry entry = LogVerbs.entry(reader.entry(index.get()), index.get());
    return prove(List.of(new AuthorisingEntries.Found(index.get(), entry))).getFirst();
  }

  /**
   * The proofs of entries, all under one checkpoint: the first one above them that was stamped,
   * else the newest that met its quorum of witnesses, else the newest.
   */
  List<ProvenEntry> prove(List<AuthorisingEntries.Found> found)
      throws Verb.Failure, IOException, LogException {
    long last = 0;
    for (AuthorisingEntries.Found each : found) {
      last = Math.max(last, each.index());
    }
    LogReader vouched = new LogReader(files, vouched(last, reader()));
    List<ProvenEntry> proven = new ArrayList<>();
    for (AuthorisingEntries.Found each : found) {
      proven.add(new ProvenEntry(each.entry(), prove(each.index(), vouched)));
    }
    return proven;
  }

  private SignedCheckpoint vouched(long index, LogReader reader) throws IOException, LogException {
    WitnessedFiles kept = new WitnessedFiles(witnessed());
    SignedCheckpoint best = reader.signed();
    for (SignedCheckpoint each : kept.checkpoints().tailMap(index, false).values()) {
      long size = each.checkpoint().size();
      if (size <= reader.size() && reader.root(size).equals(each.checkpoint().root())) {
        best = each;
        if (!kept.stamps(size).isEmpty()) {
          break;
        }
      }
    }
    return best;
  }

  /** The stamps of the checkpoint that entries are proven under. */
  List<StampedCheckpoint> stamps(List<ProvenEntry> proven) throws IOException {
    WitnessedFiles kept = new WitnessedFiles(witnessed());
    Checkpoint checkpoint = proven.getFirst().proof().checkpoint().checkpoint();
    SignedCheckpoint stamped = kept.checkpoints().get(checkpoint.size());
    List<StampedCheckpoint> stamps = new ArrayList<>();
    if (stamped != null && stamped.checkpoint().equals(checkpoint)) {
      Digest digest = Digest.sha256(LoggedTimestamp.message(checkpoint));
      kept.stamps(checkpoint.size())
          .values()
          .forEach(response -> stamps.add(new StampedCheckpoint(digest, response)));
    }
    return stamps;
  }

  /** The first anchor over all these entries that the log tells of, as far as there is one. */
  Optional<AnchorProof> anchor(List<ProvenEntry> proven)
      throws Verb.Failure, IOException, LogException {
    long last = 0;
    for (ProvenEntry each : proven) {
      last = Math.max(last, each.proof().inclusion().index());
    }
    Checkpoint checkpoint = proven.getFirst().proof().checkpoint().checkpoint();
    LogReader reader = reader();
    // An anchor's entry follows those that it anchors.
    for (long from = last + 1; from < reader.size(); from += AT_ONCE) {
      long at = from;
      for (byte[] bytes : reader.entries(from, Math.min(reader.size(), from + AT_ONCE))) {
        Entry entry = LogVerbs.entry(bytes, at++);
        if (entry.kind() == EntryKind.ANCHOR
            && LoggedAnchor.read(entry.record()) instanceof Parsed.Read<LoggedAnchor>(var anchor)
            && anchor.size() > last
            && anchor.size() <= reader.size()) {
          AnchorProof proof =
              new AnchorProof(
                  anchor,
                  reader
                      .consistency(
                          Math.min(anchor.size(), checkpoint.size()),
                          Math.max(anchor.size(), checkpoint.size()))
                      .path());
          if (proof.proves(checkpoint)) {
            return Optional.of(proof);
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Copies what is published; the checkpoint last, so that it never promises what is not there. */
  long copyTo(Path target) throws IOException {
    byte[] checkpoint = files.read(CHECKPOINT).orElseThrow();
    long copied = 0;
    List<Path> all;
    try (Stream<Path> tiles = Files.walk(folder.resolve("tile"))) {
      all = tiles.filter(file -> !file.toString().endsWith(".new")).sorted().toList();
    }
    for (Path file : all) {
      Path copy = target.resolve(folder.relativize(file).toString());
      if (Files.isDirectory(file)) {
        Files.createDirectories(copy);
        continue;
      }
      Optional<byte[]> bytes = files.read(folder.relativize(file).toString());
      if (bytes.isPresent()) {
        Files.write(copy, bytes.get());
        copied++;
      }
    }
    Files.write(target.resolve(CHECKPOINT), checkpoint);
    return copied + 1;
  }
}
