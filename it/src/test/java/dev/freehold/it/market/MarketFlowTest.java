// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.evidence.SignedVerdict;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.LogCheck;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.settlement.LoggedVoucher;
import dev.freehold.it.Processes;
import dev.freehold.it.Processes.Run;
import dev.freehold.ledger.development.AnvilProgram;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The market among processes, as {@code freehold demo market} shows it: a chain, a relay, a
 * witness, three sellers (one cheats, one is killed in mid-answer) and a buyer.
 */
@NullMarked
class MarketFlowTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

  @TempDir private Path folder = Path.of("");

  private static List<Json.Obj> objects(Json.Obj from, String name) {
    List<Json.Obj> all = new ArrayList<>();
    ((Json.Arr) from.get(name).orElseThrow()).items().forEach(each -> all.add((Json.Obj) each));
    return all;
  }

  private static String text(Json.Obj from, String name) {
    return Processes.text(from, name);
  }

  private static boolean yes(Json.Obj from, String name) {
    return from.get(name).orElseThrow().equals(Json.of(true));
  }

  private static long units(Json.Obj from, String name) {
    return Long.parseLong(text(from, name));
  }

  @Test
  void answersAreBoughtTheLiarIsUnpaidAndEveryCoinIsWhereItBelongs() throws Exception {
    Path cache =
        Path.of(
            System.getenv()
                .getOrDefault(
                    "FREEHOLD_CACHE", System.getProperty("user.home") + "/.cache/freehold"));
    try {
      AnvilProgram.find(cache);
    } catch (IOException e) {
      assumeTrue(false, "skipped: " + e.getMessage());
    }
    Json.Obj report;
    try (Processes processes = new Processes(folder)) {
      assumeTrue(
          Files.isRegularFile(processes.model(SMOLLM2)), "skipped: the default model is not here");
      Run run =
          processes.cli(
              "demo",
              "market",
              "--answers",
              "4",
              "--folder",
              folder.resolve("demo").toString(),
              "--json");
      assertThat(run.exit()).as(run.out() + run.err()).isZero();
      report = run.json();
    }
    assertThat(yes(report, "correct")).isTrue();
    List<Json.Obj> answers = objects(report, "answers");
    assertThat(answers).hasSize(5).allMatch(answer -> yes(answer, "valid"));
    assertThat(answers).as("each was paid for").allMatch(answer -> units(answer, "paid") > 0);

    List<Json.Obj> sellers = objects(report, "sellers");
    long paid = 0;
    for (Json.Obj seller : sellers) {
      assertThat(text(seller, "account")).isEqualTo(text(seller, "vouchers"));
      assertThat(units(seller, "account") == 0).isEqualTo(yes(seller, "cheats"));
      paid += units(seller, "account");
    }
    assertThat(sellers).filteredOn(seller -> yes(seller, "cheats")).hasSize(1);
    assertThat(sellers).filteredOn(seller -> yes(seller, "killed")).hasSize(1);
    assertThat(answers.stream().map(answer -> text(answer, "seller")).distinct())
        .as("one goes on where the other was killed")
        .containsExactlyInAnyOrder("anna", "bert");
    assertThat(units(report, "buyer") + units(report, "channels") + paid).isEqualTo(10_000_000);
    everyStepIsLogged(answers);
    assertThat(folder.resolve("demo/buyer/fleet/quarantine"))
        .as("the evidence against the cheat is kept")
        .isNotEmptyDirectory();
  }

  /** Each answer has the buyer's verdict and voucher, and the coins' ways are in both logs. */
  private void everyStepIsLogged(List<Json.Obj> answers) throws Exception {
    List<Entry> buyer = log("buyer");
    Set<String> verdicts = new HashSet<>();
    Set<String> vouchers = new HashSet<>();
    for (Entry entry : buyer) {
      byte[] record = CanonicalJson.bytes(entry.record());
      if (entry.kind() == EntryKind.VERDICT
          && SignedVerdict.decode(record) instanceof Parsed.Read<SignedVerdict>(var verdict)) {
        assertThat(verdict.signed()).isTrue();
        verdicts.add(verdict.terms().verdict() + " " + verdict.receipt().orElseThrow());
      }
      if (entry.kind() == EntryKind.VOUCHER
          && LoggedVoucher.decode(record) instanceof Parsed.Read<LoggedVoucher>(var voucher)) {
        assertThat(voucher.signed()).isTrue();
        voucher.receipt().ifPresent(receipt -> vouchers.add(receipt.text()));
      }
    }
    for (Json.Obj answer : answers) {
      assertThat(verdicts).contains("VALID " + text(answer, "receipt"));
      assertThat(vouchers).contains(text(answer, "receipt"));
    }
    assertThat(verdicts).as("the cheat's answer").anyMatch(each -> each.startsWith("INVALID"));
    assertThat(purposes(buyer)).anyMatch(purpose -> purpose.startsWith("deposit"));
    for (String seller : List.of("anna", "bert")) {
      assertThat(log(seller)).extracting(Entry::kind).contains(EntryKind.VOUCHER);
      assertThat(purposes(log(seller)))
          .anyMatch(purpose -> purpose.startsWith("claim"))
          .anyMatch(purpose -> purpose.startsWith("settle"));
    }
  }

  private static List<String> purposes(List<Entry> entries) {
    return entries.stream()
        .filter(entry -> entry.kind() == EntryKind.SETTLEMENT)
        .map(entry -> text(entry.record(), "purpose"))
        .toList();
  }

  /** The entries of a node of the demonstration, whose counts are without a gap. */
  private List<Entry> log(String node) throws Exception {
    TileSource files = FolderStorage.reading(folder.resolve("demo").resolve(node).resolve("log"));
    SignedCheckpoint newest =
        SignedCheckpoint.parse(files.read("checkpoint").orElseThrow())
            .orElse(
                why -> {
                  throw new AssertionError(why);
                });
    VerifierKey key = NodeLog.verifierKey(NodeLog.node(newest.checkpoint().origin()).orElseThrow());
    assertThat(LogCheck.run(files, newest, List.of(key)).sound()).isTrue();
    LogReader reader = new LogReader(files, newest);
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
}
