// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.sales;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.market.offer.Sellers;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.record.Amount;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import dev.freehold.testkit.Mutations;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SaleBookTest {
  private static final Timestamp EPOCH = Timestamp.parse("1970-01-01T00:00:00.000Z");

  @TempDir private Path folder = Path.of("");

  private static SoldAnswer sold(String time, long amount) {
    return new SoldAnswer(
        Timestamp.parse(time),
        Sellers.MODEL.digest(),
        Sellers.COIN,
        Optional.of(new ChannelId(Keccak256.hash("channel"))),
        new TokenCounts(100, 20),
        Amount.of(amount),
        Duration.ofMillis(1_500),
        Optional.of(new ReceiptId("r-00112233445566778899")));
  }

  private static List<SoldAnswer> all(SaleBook book, Timestamp from) throws IOException {
    List<SoldAnswer> read = new ArrayList<>();
    book.read(from, read::add);
    return read;
  }

  private SaleBook open() {
    return new SaleBook(new FolderSales(folder.resolve("sold"), new SecureRandom()));
  }

  @Test
  void whatIsAppendedIsThereAfterARestartMonthByMonth() throws IOException {
    SoldAnswer november = sold("2026-11-30T23:59:59.999Z", 1);
    SoldAnswer december = sold("2026-12-01T00:00:00.000Z", 2);
    SaleBook book = open();
    assertThat(all(book, EPOCH)).isEmpty();
    book.append(november);
    book.append(december);
    assertThat(all(open(), EPOCH)).containsExactly(november, december);
    assertThat(all(open(), december.time())).containsExactly(december);
    assertThat(folder.resolve("sold")).isDirectoryContaining("glob:**/2026-1[12].jsonl");
    assertThat(Files.getPosixFilePermissions(folder.resolve("sold"))).hasSize(3);
    assertThat(Files.getPosixFilePermissions(folder.resolve("sold/2026-11.jsonl"))).hasSize(2);
  }

  @Test
  void whatACrashLeftOfALineCountsAsNothingAndIsCutOff() throws IOException {
    SoldAnswer one = sold("2026-11-29T10:00:00.000Z", 1);
    SoldAnswer two = sold("2026-11-29T10:00:01.000Z", 2);
    open().append(one);
    Path file = folder.resolve("sold/2026-11.jsonl");
    byte[] whole = Files.readAllBytes(file);
    for (int part = 1; part < whole.length; part++) {
      Files.write(file, whole);
      Files.write(file, Arrays.copyOf(whole, part), StandardOpenOption.APPEND);
      if (part < whole.length - 1) {
        assertThat(all(open(), EPOCH)).containsExactly(one);
      }
      if (part % 97 == 0) {
        open().append(two);
        assertThat(all(open(), EPOCH)).containsExactly(one, two);
      }
    }
    Files.write(file, "{\"amount\":".getBytes(StandardCharsets.UTF_8));
    open().append(two);
    assertThat(all(open(), EPOCH)).as("the first line was cut off").containsExactly(two);
  }

  @Test
  void aDamagedLineIsNamed() throws IOException {
    open().append(sold("2026-11-29T10:00:00.000Z", 1));
    Path file = folder.resolve("sold/2026-11.jsonl");
    Files.writeString(file, "{}\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> all(open(), EPOCH))
        .hasMessageContaining("2026-11, line 2")
        .hasMessageContaining("lacks");
    Files.writeString(file, "x".repeat(3_000) + "\n");
    assertThatThrownBy(() -> all(open(), EPOCH)).hasMessageContaining("limit");
  }

  /** How an append fails. */
  enum Fault {
    FAILS,
    FAILS_IN_PART,
    FAILS_BUT_PERSISTED
  }

  /** Months in memory; an append can fail. */
  private static final class Memory implements SaleStorage {
    private final SortedMap<YearMonth, byte[]> files = new TreeMap<>();
    private Optional<Fault> fault = Optional.empty();

    @Override
    public List<YearMonth> months() {
      return List.copyOf(files.keySet());
    }

    @Override
    public InputStream read(YearMonth month) {
      return new ByteArrayInputStream(files.getOrDefault(month, new byte[0]));
    }

    @Override
    public void append(YearMonth month, byte[] line) throws IOException {
      String now = new String(files.getOrDefault(month, new byte[0]), StandardCharsets.UTF_8);
      String whole = now.substring(0, now.lastIndexOf('\n') + 1);
      int length =
          switch (fault.orElse(Fault.FAILS_BUT_PERSISTED)) {
            case FAILS -> 0;
            case FAILS_IN_PART -> line.length / 2;
            case FAILS_BUT_PERSISTED -> line.length;
          };
      String more = new String(line, 0, length, StandardCharsets.UTF_8);
      files.put(month, (whole + more).getBytes(StandardCharsets.UTF_8));
      if (fault.isPresent()) {
        throw new IOException("the disk is full");
      }
    }
  }

  /** The crash table: the only write, for each fault. */
  @ParameterizedTest
  @EnumSource(Fault.class)
  void whateverTheDiskDoesALineIsThereWholeOrNotAtAll(Fault fault) throws IOException {
    Memory memory = new Memory();
    SaleBook book = new SaleBook(memory);
    SoldAnswer one = sold("2026-11-29T10:00:00.000Z", 1);
    SoldAnswer two = sold("2026-11-29T10:00:01.000Z", 2);
    SoldAnswer three = sold("2026-11-29T10:00:02.000Z", 3);
    book.append(one);
    memory.fault = Optional.of(fault);
    assertThatThrownBy(() -> book.append(two)).hasMessageContaining("disk is full");
    boolean there = fault == Fault.FAILS_BUT_PERSISTED;
    assertThat(all(new SaleBook(memory), EPOCH))
        .isEqualTo(there ? List.of(one, two) : List.of(one));
    memory.fault = Optional.empty();
    book.append(three);
    assertThat(all(new SaleBook(memory), EPOCH))
        .isEqualTo(there ? List.of(one, two, three) : List.of(one, three));
  }

  @Test
  void aLineIsReadBackAsItIsOrRefused() {
    SoldAnswer paidAtOnce =
        new SoldAnswer(
            EPOCH,
            Sellers.MODEL.digest(),
            Sellers.COIN,
            Optional.empty(),
            TokenCounts.NONE,
            Amount.ZERO,
            Duration.ofNanos(1_999_999),
            Optional.empty());
    assertThat(SoldAnswer.decode(paidAtOnce.encode())).isEqualTo(new Parsed.Read<>(paidAtOnce));
    byte[] good = sold("2026-11-29T10:00:00.000Z", 1).encode();
    String text = new String(good, StandardCharsets.UTF_8);
    malformed(text + " ", "canonical");
    malformed(text.replace("\"channel\":\"0x", "\"channel\":\"0X"), "no channel's id");
    malformed(text.replace("\"amount\":\"1\"", "\"amount\":\"01\""), "plain digits");
    malformed(text.replace("\"input\":100", "\"input\":-1"), "whole number");
    malformed(text.replace("\"millis\":1500", "\"millis\":2147483648"), "whole number");
    malformed(text.replace("\"r-0", "\"R-0"), "receipt");
    malformed(text.replace("\"r-00112233445566778899\"", "null"), "receipt");
    malformed(text.replace("{\"amount\"", "{\"a\":1,\"amount\""), "unknown member");
    malformed(text.replace("\"output\":20,", ""), "lacks \"output\"");
    int read =
        Mutations.read(
            good,
            20261129,
            10_000,
            bytes ->
                SoldAnswer.decode(bytes) instanceof Parsed.Read<SoldAnswer>(SoldAnswer same)
                    ? Optional.of(same.encode())
                    : Optional.empty());
    assertThat(read).isBetween(20, 9_000);
    assertThatThrownBy(
            () ->
                new SoldAnswer(
                    EPOCH,
                    Sellers.MODEL.digest(),
                    Sellers.COIN,
                    Optional.empty(),
                    TokenCounts.NONE,
                    Amount.ZERO,
                    Duration.ofSeconds(-1),
                    Optional.empty()))
        .hasMessageContaining("0 to 24 days");
  }

  private static void malformed(String text, String reason) {
    assertThat(SoldAnswer.decode(text.getBytes(StandardCharsets.UTF_8)))
        .as(text)
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(reason));
  }
}
