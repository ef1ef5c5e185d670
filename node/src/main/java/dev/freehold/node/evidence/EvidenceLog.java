// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.evidence;

import dev.freehold.crypto.PrivateFolder;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.SignedVerdict;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.LogStorage;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.settlement.LoggedSettlement;
import dev.freehold.evidence.settlement.LoggedVoucher;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.receipts.ReceiptStoreException;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.witness.duty.WatchedLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The node's log. Every receipt in the store becomes an entry, in the order of the store, also
 * those that a node before this one had no time to log; a checkpoint is published soon after.
 * Answers don't wait for it: a receipt is on the disk before its answer's end goes out, and what is
 * on the disk gets logged.
 */
public final class EvidenceLog implements WatchedLog, AutoCloseable {
  /** The log's folder in FREEHOLD_HOME. */
  public static final String FOLDER = "log";

  /** How long entries are gathered for one checkpoint. */
  private static final Duration GATHER = Duration.ofMillis(200);

  /** How often the store is looked into for what other processes keep there. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** After something failed. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private static final int AT_ONCE = 1_000;

  private record Owed(EntryKind kind, Json.Obj record) {}

  /** Opens the log's files. */
  interface Opener {
    LogStorage open() throws LogException, IOException;
  }

  private final Opener opener;
  private final Duration pause;
  private final SigningKey key;
  private final Source source;
  private final InstantSource clock;
  private final ReceiptStore store;
  private final EventLog events;
  private final Consumer<SignedCheckpoint> onCheckpoint;
  private final TileSource files;
  private final Thread worker;

  /** Opened and closed by the worker once it runs, and by {@link #close} after it. */
  private volatile Log log;

  /** Records of the duties that are not durable yet. */
  private final Queue<Owed> owed = new ConcurrentLinkedQueue<>();

  /** Size of the newest checkpoint that others were told of; the worker's. */
  private long told = -1;

  /** Has a permit where the store may have more than the log. */
  private final Semaphore work = new Semaphore(1);

  private final CountDownLatch closing = new CountDownLatch(1);

  private EvidenceLog(
      Opener opener,
      TileSource files,
      Duration pause,
      SigningKey key,
      ReceiptStore store,
      InstantSource clock,
      EventLog events,
      Consumer<SignedCheckpoint> onCheckpoint)
      throws LogException, IOException {
    this.opener = opener;
    this.files = files;
    this.pause = pause;
    this.key = key;
    this.store = store;
    this.clock = clock;
    this.events = events;
    this.onCheckpoint = onCheckpoint;
    this.source = new Source(key.nodeId().toString());
    this.log = openLog();
    if (log.nextSequence(source).isEmpty()) {
      log.close();
      throw new ReceiptStoreException(
          "the log of this node has ended ('freehold log end'), so no answer of it could be logged:"
              + " use another FREEHOLD_HOME");
    }
    // A platform thread: it writes files, and a virtual one would wake a second carrier meanwhile.
    this.worker = Thread.ofPlatform().daemon().name("evidence-log").unstarted(this::work);
  }

  /**
   * Opens the log of a home, or starts it, and begins to log.
   *
   * @param onCheckpoint called with each new checkpoint, on the log's thread
   * @throws LogException if its files contradict each other; nothing is changed then
   * @throws IOException if its folder can't be made or read
   */
  public static EvidenceLog open(
      Path home,
      SigningKey key,
      ReceiptStore store,
      InstantSource clock,
      EventLog events,
      Consumer<SignedCheckpoint> onCheckpoint)
      throws LogException, IOException {
    Path folder = home.resolve(FOLDER);
    PrivateFolder.make(folder);
    return open(
        () -> FolderStorage.open(folder),
        FolderStorage.reading(folder),
        PAUSE,
        key,
        store,
        clock,
        events,
        onCheckpoint);
  }

  static EvidenceLog open(
      Opener opener,
      TileSource files,
      Duration pause,
      SigningKey key,
      ReceiptStore store,
      InstantSource clock,
      EventLog events,
      Consumer<SignedCheckpoint> onCheckpoint)
      throws LogException, IOException {
    EvidenceLog evidence =
        new EvidenceLog(opener, files, pause, key, store, clock, events, onCheckpoint);
    evidence.worker.start();
    return evidence;
  }

  private Log openLog() throws LogException, IOException {
    KeyName name = NodeLog.keyName(key.nodeId());
    return Log.open(opener.open(), Origin.of(name), NoteSigner.ed25519(name, key), clock);
  }

  /** The store has a new receipt. Returns at once. */
  public void added() {
    work.release();
  }

  @Override
  public VerifierKey key() {
    return NodeLog.verifierKey(key.nodeId());
  }

  @Override
  public TileSource files() {
    return files;
  }

  @Override
  public void cosigned(Checkpoint checkpoint, List<SignatureLine> lines) throws LogException {
    log.cosigned(checkpoint, lines);
  }

  @Override
  public void append(EntryKind kind, Json.Obj record) {
    owed.add(new Owed(kind, record));
    work.release();
  }

  /** Logs what is left, publishes, and gives the files back. */
  @Override
  public void close() {
    closing.countDown();
    work.release();
    try {
      worker.join();
      log.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (LogException e) {
      failed(e);
    }
  }

  private void work() {
    try {
      boolean last = false;
      boolean resumed = false;
      while (!last) {
        try {
          last = await();
          if (!resumed) {
            resume();
            resumed = true;
          }
          logAll();
        } catch (LogException | ReceiptStoreException e) {
          failed(e);
          // What of a failed write reached the disk, opening the log anew finds out.
          resumed = false;
          last = pause() || !reopened();
        }
      }
    } catch (InterruptedException e) {
      // Nobody else knows this thread.
      Thread.currentThread().interrupt();
    }
  }

  private boolean reopened() throws InterruptedException {
    while (true) {
      try {
        log.close();
        log = openLog();
        return true;
      } catch (LogException | IOException e) {
        failed(e);
        if (pause()) {
          return false;
        }
      }
    }
  }

  /** Waits for work, and then a little for more of it; true where this is the last round. */
  private boolean await() throws InterruptedException {
    // Other processes keep verdicts in the store, too, and don't tell.
    boolean told = work.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    while (!told && store.unloggedRecords(1).isEmpty()) {
      told = work.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }
    boolean last = closing.await(GATHER.toMillis(), TimeUnit.MILLISECONDS);
    work.drainPermits();
    return last;
  }

  /** True where the log is being closed. */
  private boolean pause() throws InterruptedException {
    work.release();
    return closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Entries that were durable before the store could be told of them. */
  private void resume() throws LogException {
    log.publish();
    LogReader reader = log.reader();
    Map<ReceiptId, Long> found = new HashMap<>();
    Map<Long, byte[]> records = new LinkedHashMap<>();
    long size = reader.size();
    for (long from = Math.min(size, store.loggedUpTo()); from < size; from += AT_ONCE) {
      List<byte[]> entries = reader.entries(from, Math.min(size, from + AT_ONCE));
      for (int i = 0; i < entries.size(); i++) {
        long index = from + i;
        if (Entry.decode(entries.get(i)) instanceof Parsed.Read<Entry>(Entry entry)) {
          LoggedReceipt.id(entry).ifPresent(id -> found.put(id, index));
          if (kind(entry.record()).equals(Optional.of(entry.kind()))) {
            records.put(index, CanonicalJson.bytes(entry.record()));
          }
        }
      }
    }
    if (!found.isEmpty()) {
      store.logged(found);
    }
    if (!records.isEmpty()) {
      store.recordsLogged(records);
    }
  }

  private void logAll() throws LogException {
    SequencedMap<ReceiptId, Receipt> receipts;
    do {
      receipts = store.unlogged(AT_ONCE);
      Map<ReceiptId, CompletableFuture<Long>> appended = new LinkedHashMap<>();
      for (Map.Entry<ReceiptId, Receipt> receipt : receipts.entrySet()) {
        boolean last = appended.size() == receipts.size() - 1;
        byte[] record = LoggedReceipt.bytes(receipt.getValue());
        appended.put(receipt.getKey(), append(EntryKind.RECEIPT, source, record, last));
      }
      Map<ReceiptId, Long> indices = new HashMap<>();
      for (Map.Entry<ReceiptId, CompletableFuture<Long>> entry : appended.entrySet()) {
        indices.put(entry.getKey(), Appended.index(entry.getValue()));
      }
      if (!indices.isEmpty()) {
        store.logged(indices);
      }
    } while (receipts.size() == AT_ONCE);
    logRecords();
    logOwed();
    SignedCheckpoint checkpoint = log.publish();
    if (checkpoint.checkpoint().size() != told) {
      told = checkpoint.checkpoint().size();
      onCheckpoint.accept(checkpoint);
    }
  }

  /**
   * Appends what is counted by a source.
   *
   * @param last whether nothing follows that could share its flush: then this thread writes it
   */
  private CompletableFuture<Long> append(
      EntryKind kind, Source source, byte[] record, boolean last) {
    long sequence =
        log.nextSequence(source)
            .orElseThrow(
                () ->
                    new ReceiptStoreException(
                        "the log of this node has ended, so its receipts are logged no more"));
    return last
        ? log.appendHastened(kind, source, sequence, record)
        : log.append(kind, source, sequence, record);
  }

  /** Verdicts, vouchers, settlements, and mandates under which is bought. */
  private void logRecords() throws LogException {
    List<byte[]> records;
    do {
      records = store.unloggedRecords(AT_ONCE);
      List<CompletableFuture<Long>> appended = new ArrayList<>();
      for (byte[] record : records) {
        EntryKind kind =
            (Json.parse(record) instanceof Json.Obj object
                    ? kind(object)
                    : Optional.<EntryKind>empty())
                .orElseThrow(
                    () -> new ReceiptStoreException("a record that waits for the log is damaged"));
        appended.add(append(kind, source, record, appended.size() == records.size() - 1));
      }
      Map<Long, byte[]> entries = new LinkedHashMap<>();
      for (int i = 0; i < records.size(); i++) {
        entries.put(Appended.index(appended.get(i)), records.get(i));
      }
      if (!entries.isEmpty()) {
        store.recordsLogged(entries);
      }
    } while (records.size() == AT_ONCE);
  }

  /** The kind of the records that wait in the store, by their format. */
  private static Optional<EntryKind> kind(Json.Obj record) {
    return record.get("format").orElse(Json.Null.VALUE) instanceof Json.Str format
        ? switch (format.value()) {
          case SignedVerdict.FORMAT -> Optional.of(EntryKind.VERDICT);
          case LoggedVoucher.FORMAT -> Optional.of(EntryKind.VOUCHER);
          case LoggedSettlement.FORMAT -> Optional.of(EntryKind.SETTLEMENT);
          case Mandate.FORMAT -> Optional.of(EntryKind.MANDATE);
          case Revocation.FORMAT -> Optional.of(EntryKind.REVOCATION);
          default -> Optional.empty();
        }
        : Optional.empty();
  }

  /** Each leaves the queue once it is durable: of a failed write it may be made again. */
  private void logOwed() throws LogException {
    Source own = new Source(key.nodeId() + "#timestamps");
    for (Owed next = owed.peek(); next != null; next = owed.peek()) {
      OptionalLong sequence = log.nextSequence(own);
      if (sequence.isPresent()) {
        Appended.index(log.append(new Entry(next.kind, own, sequence.getAsLong(), next.record)));
      }
      owed.remove();
    }
  }

  private void failed(Exception e) {
    events.event("log-failed", Json.object().put("problem", e.getMessage()).build());
  }
}
