// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.SignedVerdict;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.LogCheck;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.LogStorage;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.evidence.settlement.LoggedSettlement;
import dev.freehold.evidence.settlement.LoggedVoucher;
import dev.freehold.node.receipts.Answered;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceLogTest {
  private static final Duration SOON = Duration.ofMillis(20);

  @TempDir private Path home = Path.of("");

  @SuppressWarnings("NullAway.Init")
  private ReceiptStore store;

  @SuppressWarnings("NullAway.Init")
  private EventLog events;

  @BeforeEach
  void open() throws IOException {
    store = ReceiptStore.open(home);
    events = new EventLog(home, Clock.systemUTC());
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    events.close();
  }

  @Test
  void everyReceiptBecomesAnEntryInItsOrder() throws Exception {
    try (EvidenceLog log = start(_ -> {})) {
      for (int i = 0; i < 300; i++) {
        store.append(Answered.answer(i, 10));
        log.added();
      }
    }
    assertThat(logged()).isEqualTo(ids(300));
    assertThat(store.unlogged(1)).isEmpty();
    assertThat(store.entryOf(ids(300).get(299))).hasValue(299);
    assertThat(check().sound()).isTrue();
  }

  @Test
  void aCheckpointFollowsWithoutClosing() throws Exception {
    AtomicInteger seen = new AtomicInteger();
    try (EvidenceLog log = start(c -> seen.set((int) c.checkpoint().size()))) {
      store.append(Answered.answer(0, 10));
      log.added();
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (seen.get() < 1 && System.nanoTime() < deadline) {
        Thread.sleep(10);
      }
      assertThat(seen).hasValue(1);
    }
  }

  @Test
  void receiptsThatANodeHadNoTimeToLogAreLoggedByTheNext() throws Exception {
    store.append(Answered.answer(0, 10));
    store.append(Answered.answer(1, 10));
    start(_ -> {}).close();
    assertThat(logged()).isEqualTo(ids(2));
  }

  @Test
  void anEntryThatTheStoreWasNotToldOfIsNotLoggedTwice() throws Exception {
    store.append(Answered.answer(0, 10));
    store.append(Answered.answer(1, 10));
    start(_ -> {}).close();
    store.close();
    for (String file : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(home.resolve(ReceiptStore.FILE + file));
    }
    store = ReceiptStore.open(home);
    for (int i = 0; i < 3; i++) {
      store.append(Answered.answer(i, 10));
    }
    start(_ -> {}).close();
    assertThat(logged()).isEqualTo(ids(3));
  }

  @Test
  void whatFailsIsDoneAgainAndNothingIsLostOrDoubled() throws Exception {
    AtomicInteger writes = new AtomicInteger();
    store.append(Answered.answer(0, 10));
    // Fails one write after the other, before and after it reached the disk.
    for (int failing = 0; failing < 12; failing++) {
      int at = failing;
      writes.set(0);
      store.append(Answered.answer(failing + 1, 10));
      EvidenceLog.open(
              () ->
                  new Failing(
                      FolderStorage.open(home.resolve(EvidenceLog.FOLDER)),
                      writes,
                      at / 2,
                      at % 2 == 1),
              files(),
              SOON,
              Answered.KEY,
              store,
              InstantSource.system(),
              events,
              _ -> {})
          .close();
    }
    start(_ -> {}).close();
    assertThat(logged()).isEqualTo(ids(13));
    assertThat(check().sound()).isTrue();
  }

  @Test
  void verdictsVouchersMandatesAndSettlementsBecomeEntriesOfTheirKindOnceWhateverTheStoreForgets()
      throws Exception {
    keep();
    start(_ -> {}).close();
    List<Entry> entries = entries();
    assertThat(entries)
        .extracting(Entry::kind)
        .containsExactly(
            EntryKind.VERDICT, EntryKind.MANDATE, EntryKind.VOUCHER, EntryKind.SETTLEMENT);
    assertThat(entries).extracting(Entry::sequence).containsExactly(0L, 1L, 2L, 3L);
    assertThat(check().sound()).isTrue();
    store.close();
    for (String file : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(home.resolve(ReceiptStore.FILE + file));
    }
    store = ReceiptStore.open(home);
    start(_ -> {}).close();
    keep();
    start(_ -> {}).close();
    assertThat(entries()).as("the log remembers what the store lost").hasSize(4);
  }

  private static final Mandate MANDATE =
      Mandate.sign(
          new Mandate.Terms(
              new Allowance(
                  1,
                  Set.of(),
                  Classification.PUBLIC,
                  0,
                  Set.of(EffectKind.PAYMENT),
                  Classification.PUBLIC,
                  List.of(),
                  1,
                  5,
                  List.of(),
                  1,
                  List.of(),
                  "USD"),
              Timestamp.parse("2026-12-29T10:00:00.000Z"),
              Party.of(Answered.KEY.nodeId()),
              Timestamp.parse("2026-11-29T10:00:00.000Z"),
              Party.of(Answered.KEY.nodeId()),
              new Nonce("000102030405060708090a0b0c0d0e0f"),
              null),
          Answered.KEY);

  private void keep() {
    ReceiptId about = ids(1).getFirst();
    store.record(
        SignedVerdict.sign(
            new SignedVerdict.Terms(
                Timestamp.parse("2026-11-29T10:00:00.000Z"),
                Map.of("signed", SignedVerdict.Finding.VALID),
                about,
                Digest.sha256("transcript"),
                SignedVerdict.Finding.VALID,
                Answered.KEY.nodeId()),
            Answered.KEY));
    PaymentKey key = PaymentKey.ofSecret(Digest.sha256("money").bytes());
    Voucher voucher = new Voucher(new ChannelId(Keccak256.hash("channel")), Amount.of(5));
    SignedVoucher signed =
        new SignedVoucher(
            ChainId.DEVELOPMENT,
            key.address(),
            voucher,
            key.sign(Domain.ofPaymentChannels(ChainId.DEVELOPMENT, key.address()).digest(voucher)));
    store
        .purchases()
        .record(
            List.of(new LoggedVoucher(LoggedVoucher.Role.PAID, key.address(), signed, about)),
            List.of(
                new LoggedSettlement(
                    ChainId.DEVELOPMENT,
                    key.address(),
                    1,
                    key.address(),
                    Keccak256.hash("data"),
                    "claim",
                    true,
                    9,
                    Keccak256.hash("block"))),
            List.of(MANDATE.encode()));
  }

  private List<Entry> entries() throws Exception {
    LogReader reader = new LogReader(files(), checkpoint());
    List<Entry> entries = new ArrayList<>();
    for (byte[] bytes : reader.entries(0, reader.size())) {
      entries.add(
          Entry.decode(bytes)
              .orElse(
                  why -> {
                    throw new AssertionError(why);
                  }));
    }
    return entries;
  }

  @Test
  void aSecondNodeOnTheSameLogIsRefused() throws Exception {
    try (EvidenceLog log = start(_ -> {})) {
      log.added();
      assertThatThrownBy(() -> start(_ -> {}))
          .isInstanceOf(LogException.class)
          .hasMessageContaining("another process");
    }
  }

  private EvidenceLog start(Consumer<SignedCheckpoint> onCheckpoint) throws Exception {
    return EvidenceLog.open(
        home, Answered.KEY, store, InstantSource.system(), events, onCheckpoint);
  }

  private TileSource files() {
    return FolderStorage.reading(home.resolve(EvidenceLog.FOLDER));
  }

  private SignedCheckpoint checkpoint() throws IOException {
    return SignedCheckpoint.parse(files().read("checkpoint").orElseThrow())
        .orElse(
            why -> {
              throw new AssertionError(why);
            });
  }

  private LogCheck.Report check() throws IOException {
    return LogCheck.run(files(), checkpoint(), List.of(NodeLog.verifierKey(Answered.KEY.nodeId())));
  }

  private List<ReceiptId> logged() throws Exception {
    LogReader reader = new LogReader(files(), checkpoint());
    List<ReceiptId> found = new ArrayList<>();
    for (byte[] bytes : reader.entries(0, reader.size())) {
      assertThat(Entry.decode(bytes))
          .isInstanceOfSatisfying(
              Parsed.Read.class,
              read -> found.add(LoggedReceipt.id((Entry) read.value()).orElseThrow()));
    }
    return found;
  }

  private static List<ReceiptId> ids(int count) {
    List<ReceiptId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Receipt receipt = Answered.answer(i, 10).receipt();
      ids.add(receipt.id());
    }
    return ids;
  }

  /** Files of which one write fails: before anything happened, or after all of it did. */
  private record Failing(LogStorage files, AtomicInteger writes, int at, boolean persisted)
      implements LogStorage {
    private interface Write {
      void run() throws IOException;
    }

    private void write(Write write) throws IOException {
      boolean fails = writes.getAndIncrement() == at;
      if (!fails || persisted) {
        write.run();
      }
      if (fails) {
        throw new IOException("the disk failed");
      }
    }

    @Override
    public Optional<byte[]> read(String name) throws IOException {
      return files.read(name);
    }

    @Override
    public List<String> list(String folder) throws IOException {
      return files.list(folder);
    }

    @Override
    public void write(Map<String, List<ByteBuffer>> all) throws IOException {
      write(() -> files.write(all));
    }

    @Override
    public void show(Map<String, List<ByteBuffer>> all) throws IOException {
      write(() -> files.show(all));
    }

    @Override
    public void flush(List<String> names) throws IOException {
      write(() -> files.flush(names));
    }

    @Override
    public void append(String name, ByteBuffer bytes, boolean few) throws IOException {
      write(() -> files.append(name, bytes, few));
    }

    @Override
    public void truncate(String name, long length) throws IOException {
      write(() -> files.truncate(name, length));
    }

    @Override
    public void delete(List<String> names) throws IOException {
      write(() -> files.delete(names));
    }

    @Override
    public void close() throws IOException {
      files.close();
    }
  }
}
