// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import static dev.freehold.evidence.log.Logs.CLOCK;
import static dev.freehold.evidence.log.Logs.KEYS;
import static dev.freehold.evidence.log.Logs.ORIGIN;
import static dev.freehold.evidence.log.Logs.SOURCE;
import static dev.freehold.evidence.log.Logs.entries;
import static dev.freehold.evidence.log.Logs.entry;
import static dev.freehold.evidence.log.Logs.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.ConsistencyProof;
import dev.freehold.crypto.InclusionProof;
import dev.freehold.crypto.MerkleTree;
import dev.freehold.crypto.MlDsa44SigningKey;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTest {

  @Test
  void entriesGetTheirIndexInTheOrderOfAppendingAndAreReadBack() throws Exception {
    try (Log log = Logs.open(new MemoryStorage())) {
      List<CompletableFuture<Long>> appends = new ArrayList<>();
      for (Entry entry : entries(0, 600)) {
        appends.add(log.append(entry));
      }
      for (int i = 0; i < 600; i++) {
        assertThat(join(appends.get(i))).isEqualTo(i);
      }
      assertThat(log.sizeDurable()).isEqualTo(600);
      assertThat(log.newest()).isEmpty();
      assertThat(log.publish().checkpoint().size()).isEqualTo(600);
      LogReader reader = log.reader();
      for (int i = 0; i < 600; i += 7) {
        assertThat(Logs.decode(reader.entry(i))).isEqualTo(entry(i));
      }
      assertThatThrownBy(() -> reader.entry(600)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  /** A disk that remembers which threads appended to it. */
  private static final class Overseen extends MemoryStorage {
    private final Set<Thread> writers = ConcurrentHashMap.newKeySet();

    @Override
    public synchronized void append(String name, ByteBuffer buffer, boolean few)
        throws IOException {
      writers.add(Thread.currentThread());
      super.append(name, buffer, few);
    }
  }

  @Test
  void whoWaitsForAnEntryWritesItItselfAndWhatWasAppendedBeforeIt() throws Exception {
    Overseen storage = new Overseen();
    try (Log log = Logs.open(storage)) {
      for (int i = 0; i < 100; i += 2) {
        CompletableFuture<Long> first = append(log, i);
        CompletableFuture<Long> second = append(log, i + 1);
        log.hasten();
        assertThat(join(second)).isEqualTo(i + 1);
        assertThat(first).isCompletedWithValue((long) i);
      }
      assertThat(storage.writers).contains(Thread.currentThread());
      log.publish();
      assertThat(LogCheck.run(storage, log.newest().orElseThrow(), KEYS).findings()).isEmpty();
    }
  }

  @Test
  void anInterruptedThreadLeavesTheWriteToTheLog() throws Exception {
    Overseen storage = new Overseen();
    try (Log log = Logs.open(storage)) {
      for (int i = 0; i < 20; i++) {
        Thread.currentThread().interrupt();
        CompletableFuture<Long> durable = append(log, i);
        log.hasten();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(join(durable)).isEqualTo(i);
      }
      assertThat(storage.writers).hasSize(1).doesNotContain(Thread.currentThread());
    }
  }

  @Test
  void whoAppendsAndWaitsWritesItAndWakesNobody() throws Exception {
    Overseen storage = new Overseen();
    try (Log log = Logs.open(storage)) {
      for (int i = 0; i < 40; i += 2) {
        // What nobody waits for goes along.
        CompletableFuture<Long> before = append(log, i);
        assertThat(join(appendHastened(log, i + 1))).isEqualTo(i + 1);
        assertThat(before).isCompletedWithValue((long) i);
        // Long enough for the log's thread to fall asleep, at least once.
        Thread.sleep(i == 10 ? 150 : 0);
      }
      assertThat(storage.writers).contains(Thread.currentThread());
      log.publish();
      assertThat(LogCheck.run(storage, log.newest().orElseThrow(), KEYS).findings()).isEmpty();
    }
  }

  @Test
  void whoIsInterruptedWakesTheLogThatSleeps() throws Exception {
    Overseen storage = new Overseen();
    try (Log log = Logs.open(storage)) {
      for (int i = 0; i < 3; i++) {
        Thread.sleep(150);
        Thread.currentThread().interrupt();
        CompletableFuture<Long> durable = appendHastened(log, i);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(durable.get(30, TimeUnit.SECONDS)).isEqualTo(i);
      }
      assertThat(storage.writers).hasSize(1).doesNotContain(Thread.currentThread());
    }
  }

  @Test
  void whatIsWrittenByWhoAppendsIsRefusedAsOthersAre() throws Exception {
    Log log = Logs.open(new MemoryStorage());
    assertThat(log.appendHastened(EntryKind.RECEIPT, SOURCE, 0, new byte[Entry.LIMIT]))
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("the log takes");
    assertThat(appendHastened(log, 1))
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("has the sequence number 0");
    assertThat(appendHastened(log, 0)).isCompletedWithValue(0L);
    log.close();
    assertThat(appendHastened(log, 1))
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("is closed");
  }

  private static CompletableFuture<Long> appendHastened(Log log, long at) {
    return log.appendHastened(
        EntryKind.RECEIPT, SOURCE, at, CanonicalJson.bytes(entry(at).record()));
  }

  @Test
  void whatNobodyHastensIsWrittenByTheLog() throws Exception {
    try (Log log = Logs.open(new MemoryStorage())) {
      for (int i = 0; i < 5; i++) {
        assertThat(append(log, i).get(30, TimeUnit.SECONDS)).isEqualTo(i);
        // Long enough for the log's thread to fall asleep, at least once.
        Thread.sleep(i == 2 ? 150 : 0);
      }
    }
  }

  @Test
  void manyWhoHastenAtOnceLoseNothing() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Source own = new Source("did:key:zTest" + i);
        all.add(
            threads.submit(
                () -> {
                  for (int at = 0; at < 100; at++) {
                    byte[] record = CanonicalJson.bytes(entry(at).record());
                    CompletableFuture<Long> durable =
                        log.append(EntryKind.RECEIPT, own, at, record);
                    log.hasten();
                    join(durable);
                  }
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get(60, TimeUnit.SECONDS);
      }
      assertThat(log.sizeDurable()).isEqualTo(800);
      log.publish();
      assertThat(LogCheck.run(storage, log.newest().orElseThrow(), KEYS).findings()).isEmpty();
    }
    try (Log log = Logs.open(storage.restarted())) {
      assertThat(log.sizeDurable()).isEqualTo(800);
    }
  }

  private static CompletableFuture<Long> append(Log log, long at) {
    return log.append(EntryKind.RECEIPT, SOURCE, at, CanonicalJson.bytes(entry(at).record()));
  }

  @Test
  void everyTreeOfASmallLogHasTheRootAndTheProofsOfRfc6962() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage)) {
      MerkleTree tree = new MerkleTree();
      List<Digest> roots = new ArrayList<>(List.of(tree.root()));
      List<Digest> leaves = new ArrayList<>();
      for (int size = 1; size <= 40; size++) {
        Entry entry = entry(size - 1);
        join(log.append(entry));
        tree.add(entry.encode());
        leaves.add(entry.leafHash());
        roots.add(tree.root());
        assertThat(log.publish().checkpoint().root()).isEqualTo(tree.root());
      }
      LogReader reader = log.reader();
      for (int size = 0; size <= 40; size++) {
        assertThat(reader.root(size)).isEqualTo(roots.get(size));
        for (int index = 0; index < size; index++) {
          assertThat(reader.inclusion(index, size))
              .isEqualTo(InclusionProof.of(leaves.subList(0, size), index));
        }
        for (int old = 1; old <= size; old++) {
          ConsistencyProof proof = reader.consistency(old, size);
          assertThat(proof.proves(roots.get(old), roots.get(size))).isTrue();
          assertThat(proof.proves(roots.get(old - 1), roots.get(size))).isFalse();
        }
      }
      assertThat(reader.consistency(0, 40).path()).isEmpty();
    }
  }

  @Test
  void aLogOfThreeLevelsHasTheTilesOfItsSizeAndProvesEverySample() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage)) {
      MerkleTree tree = new MerkleTree();
      for (int at = 0; at < 70_000; at += 5_000) {
        log.append(entries(at, at + 5_000)).join();
        log.publish();
      }
      entries(0, 70_000).forEach(entry -> tree.add(entry.encode()));
      SignedCheckpoint signed = log.publish();
      assertThat(signed.checkpoint().root()).isEqualTo(tree.root());
      // The example of C2SP tlog-tiles.
      assertThat(storage.list("tile/0")).hasSize(273);
      assertThat(storage.list("tile/entries")).hasSize(273);
      assertThat(storage.list("tile/0/273.p")).contains("112");
      assertThat(storage.list("tile/1")).containsExactly("000");
      assertThat(storage.list("tile/1/001.p")).contains("17");
      assertThat(storage.list("tile/2/000.p")).containsExactly("1");
      // A partial tile goes when its full one is there.
      assertThat(storage.list("tile/0/019.p")).isEmpty();
      LogReader reader = log.reader();
      for (long index : new long[] {0, 1, 255, 256, 65_535, 65_536, 69_887, 69_999}) {
        for (long size : new long[] {index + 1, 65_536, 65_537, 69_999, 70_000}) {
          if (index < size) {
            assertThat(
                    reader
                        .inclusion(index, size)
                        .proves(entry(index).leafHash(), reader.root(size)))
                .isTrue();
          }
          long old = Math.min(index + 1, size);
          assertThat(reader.consistency(old, size).proves(reader.root(old), reader.root(size)))
              .isTrue();
        }
      }
      assertThat(LogCheck.run(storage, signed, KEYS).findings()).isEmpty();
      assertThat(LogCheck.run(storage, signed, KEYS).entries()).isEqualTo(70_000);
    }
  }

  @Test
  void nothingNewIsPublishedAsTheSameCheckpoint() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage)) {
      SignedCheckpoint empty = log.publish();
      assertThat(empty.checkpoint().size()).isZero();
      assertThat(empty.checkpoint().root()).isEqualTo(Digest.sha256());
      int operations = storage.operations();
      assertThat(log.publish()).isEqualTo(empty);
      assertThat(storage.operations()).isEqualTo(operations);
    }
  }

  @Test
  void goesOnAfterBeingClosedWherePublishedOrNot() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    MerkleTree tree = new MerkleTree();
    long at = 0;
    for (int round = 0; round < 40; round++) {
      try (Log log = Logs.open(storage)) {
        assertThat(log.sizeDurable()).isEqualTo(at);
        assertThat(log.nextSequence(SOURCE)).hasValue(at);
        long to = at + 1 + round * 3L;
        for (Entry entry : entries(at, to)) {
          tree.add(entry.encode());
        }
        assertThat(log.append(entries(at, to)).join()).isEqualTo(at);
        at = to;
        if (round % 3 != 1) {
          assertThat(log.publish().checkpoint().root()).isEqualTo(tree.root());
        }
      }
    }
    try (Log log = Logs.open(storage)) {
      SignedCheckpoint signed = log.publish();
      assertThat(signed.checkpoint().root()).isEqualTo(tree.root());
      assertThat(LogCheck.run(storage, signed, KEYS).findings()).isEmpty();
    }
  }

  @Test
  void refusesEntriesOutOfSequenceAndAfterTheEnd() throws Exception {
    try (Log log = Logs.open(new MemoryStorage())) {
      refused(log, entry(1), "has the sequence number 0, not 1");
      join(log.append(entry(0)));
      refused(log, entry(0), "has the sequence number 1, not 0");
      refused(log, entry(2), "has the sequence number 1, not 2");
      // All or none: the first of the two would have fitted.
      assertThatThrownBy(() -> join(log.append(List.of(entry(1), entry(3)))))
          .hasMessageContaining("not 3");
      assertThat(log.nextSequence(SOURCE)).hasValue(1);
      Json.Obj nothing = Json.object().build();
      join(log.append(new Entry(EntryKind.END, SOURCE, 1, nothing)));
      refused(log, entry(2), "has ended");
      assertThat(log.nextSequence(SOURCE)).isEqualTo(OptionalLong.empty());
      join(log.append(new Entry(EntryKind.TOKEN, new Source("another"), 0, nothing)));
      assertThat(log.sizeDurable()).isEqualTo(3);
    }
  }

  @Test
  void theSequencesSurviveAReopeningWithAndWithoutTheirFile() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    Json.Obj nothing = Json.object().build();
    try (Log log = Logs.open(storage)) {
      log.append(entries(0, 300)).join();
      log.append(new Entry(EntryKind.END, new Source("gone"), 0, nothing)).join();
      log.publish();
      log.append(entries(300, 310)).join();
    }
    for (byte[] file :
        new byte[][] {{}, "{}".getBytes(StandardCharsets.UTF_8), storage.file("sources")}) {
      storage.put("sources", file);
      try (Log log = Logs.open(storage)) {
        assertThat(log.nextSequence(SOURCE)).hasValue(310);
        refused(log, new Entry(EntryKind.TOKEN, new Source("gone"), 1, nothing), "has ended");
      }
    }
  }

  @Test
  void refusesWhatIsTooLong() throws Exception {
    try (Log log = Logs.open(new MemoryStorage())) {
      Json.Obj fits = Json.object().put("a", "x".repeat(65_535 - length("a"))).build();
      Entry longest = new Entry(EntryKind.TOKEN, SOURCE, 0, fits);
      assertThat(longest.encode()).hasSize(65_535);
      Json.Obj more = Json.object().put("a", "x".repeat(65_536 - length("a"))).build();
      refused(log, new Entry(EntryKind.TOKEN, SOURCE, 0, more), "65536 bytes");
      join(log.append(longest));
      List<Entry> many = new ArrayList<>();
      for (int i = 1; i <= 260; i++) {
        many.add(
            new Entry(
                EntryKind.TOKEN, SOURCE, i, Json.object().put("a", "x".repeat(65_000)).build()));
      }
      assertThatThrownBy(() -> join(log.append(many))).hasMessageContaining("append fewer");
      assertThatThrownBy(() -> log.append(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static int length(String name) {
    return new Entry(EntryKind.TOKEN, SOURCE, 0, Json.object().put(name, "").build())
        .encode()
        .length;
  }

  @Test
  void isSignedByAllItsKeys() throws Exception {
    NoteSigner lasting = NoteSigner.cosigner(Logs.NAME, MlDsa44SigningKey.ofSeed(new byte[32]));
    try (Log log = Log.open(new MemoryStorage(), ORIGIN, List.of(Logs.SIGNER, lasting), CLOCK)) {
      SignedCheckpoint signed = log.publish();
      assertThat(signed.verify(List.of(lasting.verifierKey())))
          .isEqualTo(
              new NoteCheck.Accepted(
                  List.of(new NoteCheck.Signed(lasting.verifierKey(), CLOCK.instant()))));
      assertThat(signed.verify(KEYS)).isInstanceOf(NoteCheck.Accepted.class);
    }
  }

  @Test
  void isNotOpenedWithAnotherKeyOrName() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage)) {
      log.append(entry(0)).join();
      log.publish();
    }
    byte[] seed = new byte[32];
    seed[0] = 1;
    assertThatThrownBy(
            () ->
                Log.open(
                    storage, ORIGIN, NoteSigner.ed25519(Logs.NAME, SigningKey.ofSeed(seed)), CLOCK))
        .isInstanceOf(LogException.class)
        .hasMessageContaining("no known key");
    KeyName other = new KeyName("freehold.example/other");
    NoteSigner renamed = NoteSigner.ed25519(other, SigningKey.ofSeed(new byte[32]));
    assertThatThrownBy(() -> Log.open(storage, Origin.of(other), renamed, CLOCK))
        .isInstanceOf(LogException.class);
    assertThatThrownBy(() -> Log.open(storage, ORIGIN, renamed, CLOCK))
        .hasMessageContaining("has its name");
  }

  @Test
  void aSecondWriterIsRefusedAndReadersAreNot(@TempDir Path folder) throws Exception {
    try (Log log = Logs.open(FolderStorage.open(folder))) {
      log.append(entries(0, 300)).join();
      SignedCheckpoint signed = log.publish();
      assertThatThrownBy(() -> FolderStorage.open(folder))
          .isInstanceOf(LogException.class)
          .hasMessageContaining("another process");
      TileSource reading = FolderStorage.reading(folder);
      assertThat(LogCheck.run(reading, signed, KEYS).findings()).isEmpty();
      assertThat(reading.read("../" + folder.getFileName() + "/checkpoint/../../x")).isEmpty();
      assertThat(reading.read("tile")).isEmpty();
    }
    try (Log log = Logs.open(FolderStorage.open(folder))) {
      assertThat(log.sizeDurable()).isEqualTo(300);
      log.append(entries(300, 900)).join();
      log.publish();
      // The settled tree ends in it, until the log is closed.
      assertThat(Files.exists(folder.resolve("tile/entries/001.p/44"))).isTrue();
      assertThat(Files.exists(folder.resolve("tile/entries/003.p/132"))).isTrue();
    }
    assertThat(Files.exists(folder.resolve("tile/entries/001.p"))).isFalse();
    assertThat(Files.exists(folder.resolve("tile/entries/003.p/132"))).isTrue();
  }

  @Test
  void isNotOpenedOnceClosedAndAppendsFailThen() throws Exception {
    Log log = Logs.open(new MemoryStorage());
    log.close();
    refused(log, entry(0), "is closed");
  }

  @Test
  void anUnwritableFolderIsAnErrorThatNamesIt() {
    assertThatThrownBy(() -> FolderStorage.open(Path.of("/proc/freehold-log")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/proc/freehold-log");
  }

  @Test
  void noChangedByteOfAnyFileGoesUnnoticed() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    SignedCheckpoint signed;
    try (Log log = Logs.open(storage)) {
      log.append(entries(0, 300)).join();
      signed = log.publish();
    }
    storage
        .files()
        .forEach(
            (name, bytes) -> {
              if (!name.startsWith("tile/")) {
                return;
              }
              for (int at : new int[] {0, bytes.length / 2, bytes.length - 1}) {
                byte[] changed = bytes.clone();
                changed[at] ^= 1;
                MemoryStorage copy = storage.restarted();
                copy.put(name, changed);
                LogCheck.Report report = LogCheck.run(copy, signed, KEYS);
                assertThat(report.findings())
                    .as("%s, byte %d", name, at)
                    .isNotEmpty()
                    .anySatisfy(finding -> assertThat(finding.where()).startsWith("tile/"));
              }
              MemoryStorage without = storage.restarted();
              without.remove(name);
              assertThat(LogCheck.run(without, signed, KEYS).findings())
                  .as(name)
                  .anySatisfy(finding -> assertThat(finding.what()).contains("missing"));
            });
  }

  @Test
  void checkFindsGapsRepetitionsAndEntriesAfterTheEnd() throws Exception {
    Json.Obj nothing = Json.object().build();
    Entry end = new Entry(EntryKind.END, SOURCE, 2, nothing);
    List<List<Entry>> wrong =
        List.of(
            List.of(entry(0), entry(2)),
            List.of(entry(0), entry(0)),
            List.of(entry(1)),
            List.of(entry(0), entry(1), end, entry(3)));
    for (List<Entry> entries : wrong) {
      MemoryStorage forged = forge(entries.stream().map(Entry::encode).toList());
      SignedCheckpoint signed = Logs.read(SignedCheckpoint.parse(forged.file("checkpoint")));
      assertThat(LogCheck.run(forged, signed, KEYS).findings()).hasSize(1);
      assertThat(LogCheck.tree(forged, signed, KEYS).findings()).isEmpty();
    }
    MemoryStorage foreign = forge(List.of("hello".getBytes(StandardCharsets.UTF_8)));
    SignedCheckpoint signed = Logs.read(SignedCheckpoint.parse(foreign.file("checkpoint")));
    assertThat(LogCheck.run(foreign, signed, KEYS).findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains("not an entry"));
    assertThat(LogCheck.run(foreign, signed, List.of()).findings()).hasSize(2);
    // The log itself does not go on from such a state.
    foreign.remove("sources");
    assertThatThrownBy(() -> Logs.open(foreign)).isInstanceOf(LogException.class);
  }

  /** A tree that our own log would not have made. */
  private static MemoryStorage forge(List<byte[]> entries) {
    MemoryStorage storage = new MemoryStorage();
    Frontier tree = new Frontier();
    for (byte[] entry : entries) {
      tree.add(MerkleTree.leaf(entry), (tile, hashes) -> {});
    }
    tree.partial((tile, hashes) -> storage.put(tile.path(), Frontier.encode(hashes)));
    storage.put(new Tile.Bundle(0, entries.size()).path(), Bundles.encode(entries));
    Checkpoint checkpoint = new Checkpoint(ORIGIN, entries.size(), tree.root());
    storage.put(
        "checkpoint", checkpoint.signed(Logs.SIGNER.sign(checkpoint, CLOCK.instant())).encode());
    return storage;
  }

  private static void refused(Log log, Entry entry, String why) {
    assertThatThrownBy(() -> join(log.append(entry)))
        .isInstanceOf(LogException.class)
        .hasMessageContaining(why);
  }
}
