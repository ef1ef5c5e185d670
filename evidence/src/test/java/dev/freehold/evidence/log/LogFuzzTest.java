// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.ByteMutations;
import dev.freehold.evidence.Mutations;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Total and strict: any bytes are read or refused, and what is read is written the same. */
class LogFuzzTest {
  private static final long SEED = 20261129;
  private static final int ROUNDS = 20_000;

  @Test
  void entriesNeverFailOtherwise() {
    mutate(
        Logs.entry(7).encode(),
        (bytes, where) -> {
          if (Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry)) {
            assertThat(entry.encode()).as(where).isEqualTo(bytes);
          }
        });
  }

  /** What is read without its record is what is read with it, wherever that is an entry. */
  @Test
  void whatSurroundsARecordIsReadAsWithTheRecordOrNotAtAll() {
    List<byte[]> samples = new ArrayList<>();
    for (String source :
        List.of("did:key:zTest", "a\"b", "a\\", "x".repeat(200), "},\"sequence\":7")) {
      for (EntryKind kind : EntryKind.values()) {
        for (long sequence : new long[] {0, 7, 999_999_999_999_999L, (1L << 53) - 1}) {
          Entry entry =
              new Entry(
                  kind,
                  new Source(source),
                  sequence,
                  Json.object().put("sequence", Json.of("},\"sequence\":9")).build());
          samples.add(entry.encode());
          sameAround(entry.encode(), entry + "");
        }
      }
    }
    assertThat(Held.around(samples.getFirst())).isPresent();
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] good = samples.get(random.nextInt(samples.size()));
      sameAround(ByteMutations.of(good, random), "seed " + SEED + ", round " + round);
    }
  }

  private static void sameAround(byte[] bytes, String where) {
    Optional<Held> around = Held.around(bytes);
    if (around.isPresent() && Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry)) {
      assertThat(around.get().kind()).as(where).isEqualTo(entry.kind());
      assertThat(around.get().source()).as(where).isEqualTo(entry.source());
      assertThat(around.get().sequence()).as(where).isEqualTo(entry.sequence());
    }
  }

  @Test
  void proofsNeverFailOtherwise() throws Exception {
    byte[] proof;
    try (Log log = Logs.open(new MemoryStorage())) {
      Logs.join(log.append(Logs.entries(0, 9)));
      log.publish();
      LogReader reader = log.reader();
      proof =
          TlogProof.of(reader.inclusion(4, 9), reader.signed()).withExtra(new byte[20]).encode();
    }
    Digest leaf = Logs.entry(4).leafHash();
    assertThat(Logs.read(TlogProof.parse(proof)).proves(leaf)).isTrue();
    mutate(
        proof,
        (bytes, where) -> {
          if (TlogProof.parse(bytes) instanceof Parsed.Read<TlogProof>(TlogProof read)) {
            assertThat(read.encode()).as(where).isEqualTo(bytes);
            // It may prove or not; it does not break.
            assertThat(read.inclusion().root(leaf)).isNotNull();
          }
        });
  }

  @Test
  void endsOfSourcesNeverFailOtherwise() {
    SigningKey key = SigningKey.ofSeed(new byte[32]);
    SourceEnd end = SourceEnd.sign(12, Timestamp.parse("2026-11-29T01:00:00.000Z"), key);
    assertThat(Logs.read(SourceEnd.decode(end.encode()))).isEqualTo(end);
    assertThat(end.signed()).isTrue();
    assertThat(new SourceEnd(end.source(), 11, end.ended(), end.signature()).signed()).isFalse();
    mutate(
        end.encode(),
        (bytes, where) -> {
          if (SourceEnd.decode(bytes) instanceof Parsed.Read<SourceEnd>(SourceEnd read)) {
            assertThat(read.encode()).as(where).isEqualTo(bytes);
            assertThat(read.signed()).as(where).isEqualTo(read.equals(end));
          }
        });
  }

  @Test
  void filesOfSourcesNeverFailOtherwise() {
    Sequences sequences = new Sequences();
    for (int i = 0; i < 3; i++) {
      sequences.count(EntryKind.RECEIPT, Logs.SOURCE, i);
    }
    sequences.count(EntryKind.END, new Source("another"), 0);
    assertThat(Sequences.decode(sequences.encode())).isPresent();
    mutate(
        sequences.encode(),
        (bytes, where) ->
            Sequences.decode(bytes)
                .ifPresent(read -> assertThat(read.encode()).as(where).isEqualTo(bytes)));
  }

  @Test
  void journalsNeverFailOtherwiseAndGiveNothingThatWasNotWritten() {
    List<byte[]> written = Logs.entries(0, 6).stream().map(Entry::encode).toList();
    ByteBuffer file = ByteBuffer.allocate(4096);
    FrameMemory memory = new FrameMemory();
    for (int at = 0; at < 6; at += 2) {
      List<Held> two =
          Logs.entries(at, at + 2).stream().map(entry -> Held.of(entry.encode(), entry)).toList();
      int payload = Bundles.length(written.subList(at, at + 2));
      FrameMemory.Room room = memory.room(Journal.length(payload), 2);
      assertThat(Durable.frame(at, two, room)).hasSize(2);
      file.put(room.bytes());
    }
    byte[] bytes = new byte[file.position()];
    file.flip().get(bytes);
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] changed = ByteMutations.of(bytes, random);
      Journal.replay(changed, 0)
          .ifPresent(
              read -> {
                assertThat(read.sound()).isBetween(0, changed.length);
                for (int i = 0; i < read.entries().size(); i++) {
                  assertThat(read.entries().get(i).bytes(changed)).isEqualTo(written.get(i));
                }
              });
    }
  }

  @Test
  void bundlesAndTilesNeverFailOtherwise() {
    List<byte[]> entries = Logs.entries(0, 5).stream().map(Entry::encode).toList();
    byte[] bundle = Bundles.encode(entries);
    mutate(
        bundle,
        (bytes, where) ->
            Bundles.decode(ByteBuffer.wrap(bytes), 5)
                .ifPresent(read -> assertThat(Bundles.encode(read)).as(where).isEqualTo(bytes)));
    byte[] tile = Frontier.encode(entries.stream().map(e -> Digest.sha256(e)).toList());
    mutate(
        tile,
        (bytes, where) ->
            Frontier.decode(ByteBuffer.wrap(bytes), 5, false)
                .ifPresent(read -> assertThat(Frontier.encode(read)).as(where).isEqualTo(bytes)));
  }

  @Test
  void pathsOfTilesNeverFailOtherwise() {
    for (String path : List.of("tile/0/x001/x234/067", "tile/entries/001.p/44", "tile/2/000")) {
      mutate(
          path.getBytes(StandardCharsets.US_ASCII),
          (bytes, where) -> {
            String text = new String(bytes, StandardCharsets.UTF_8);
            if (Tile.parse(text) instanceof Parsed.Read<Tile>(Tile tile)) {
              assertThat(tile.path()).as(where).isEqualTo(text);
            }
          });
    }
  }

  private static void mutate(byte[] good, BiConsumer<byte[], String> check) {
    Random random = new Random(SEED);
    check.accept(good, "unchanged");
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = round % 2 == 0 ? Mutations.of(good, random) : ByteMutations.of(good, random);
      check.accept(bytes, "seed " + SEED + ", round " + round);
    }
  }
}
