// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.anchor.AnchorProof;
import dev.freehold.evidence.anchor.ChainWord;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The claim anchored: what a chain told, a log's own word of it, and one history. */
class AnchoredTest {
  private static final Set<Claim> ANCHORED = EnumSet.of(Claim.SIGNED, Claim.LOGGED, Claim.ANCHORED);
  private static final KeyName LOG = NodeLog.keyName(Invented.KEY.nodeId());
  private static final Timestamp ASKED = Timestamp.parse("2026-11-29T10:00:00.000Z");
  private static final ChainId CHAIN = new ChainId(31_337);
  private static final Address PUBLISHER = address(1);

  /** The receipt's index, and the size of the checkpoint that it is proven under. */
  private static final int RECEIPT = 2;

  private static final int PROVEN = 5;
  private static final int ENTRIES = 9;

  @TempDir private Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init")
  private LogReader reader;

  @SuppressWarnings("NullAway.Init")
  private ProvenEntry receipt;

  @BeforeEach
  void log() throws Exception {
    Source source = new Source(Invented.KEY.nodeId().toString());
    Log log =
        Log.open(
            FolderStorage.open(folder.resolve("log")),
            Origin.of(LOG),
            NoteSigner.ed25519(LOG, Invented.KEY),
            InstantSource.system());
    try (log) {
      for (int i = 0; i < ENTRIES; i++) {
        Entry entry =
            i == RECEIPT
                ? new Entry(EntryKind.RECEIPT, source, 0, LoggedReceipt.of(Invented.receipt()))
                : new Entry(EntryKind.END, new Source("s" + i), 0, Json.object().build());
        log.append(entry).join();
        log.publish();
        if (i == PROVEN - 1) {
          LogReader then = log.reader();
          receipt =
              new ProvenEntry(
                  new Entry(EntryKind.RECEIPT, source, 0, LoggedReceipt.of(Invented.receipt())),
                  TlogProof.of(then.inclusion(RECEIPT, PROVEN), then.signed()));
        }
      }
      reader = log.reader();
    }
  }

  private static Address address(int which) {
    byte[] bytes = new byte[Address.BYTES];
    bytes[0] = (byte) which;
    return Address.of(bytes);
  }

  private static LoggedAnchor anchor(Checkpoint checkpoint, Address publisher) {
    return LoggedAnchor.of(
        CHAIN,
        address(7),
        publisher,
        checkpoint,
        Keccak256.hash("transaction " + checkpoint.size()),
        100 + checkpoint.size(),
        Keccak256.hash("block"));
  }

  private Checkpoint at(long size) throws Exception {
    return new Checkpoint(Origin.of(LOG), size, reader.root(size));
  }

  private static Checkpoint forged(long size) {
    return new Checkpoint(Origin.of(LOG), size, Digest.sha256("another history"));
  }

  private List<Digest> path(long size) throws Exception {
    return reader.consistency(Math.min(size, PROVEN), Math.max(size, PROVEN)).path();
  }

  private AnchorProof proof(long size) throws Exception {
    return new AnchorProof(anchor(at(size), PUBLISHER), path(size));
  }

  private Bundle bundle(AnchorProof... anchors) {
    return new Bundle(List.of(receipt), List.of(), List.of(anchors), null);
  }

  private static ChainWord word(LoggedAnchor... anchors) {
    return new ChainWord(CHAIN, 120, ASKED, List.of(anchors));
  }

  private String verdict(Bundle bundle, ChainWord... words) throws Exception {
    Demands demands = Demands.usual().with(ANCHORED);
    for (ChainWord word : words) {
      demands = demands.with(word);
    }
    Report report =
        new Verifier(demands, ReplayCheck.of(new ModelFiles(null, folder), null, 1))
            .verify(bundle.encode());
    return switch (report.verdict()) {
      case Verdict.Valid _ -> "Valid " + report.findings();
      case Verdict.Invalid(List<String> reasons) -> "Invalid " + reasons;
      case Verdict.Undecidable(String why) -> "Undecidable " + why;
    };
  }

  @Test
  void anAnchorOfALaterOfTheSameOrOfAnEarlierCheckpointCoversTheEntry() throws Exception {
    for (int size : new int[] {RECEIPT + 1, 4, PROVEN, 8, ENTRIES}) {
      AnchorProof proof = proof(size);
      assertThat(verdict(bundle(proof), word(proof.anchor())))
          .startsWith("Valid")
          .contains(
              "%d of them in block %d of chain 31337 since %s published them, %d blocks deep"
                  .formatted(size, 100 + size, PUBLISHER, 20 - size))
          .contains("asked at 2026-11-29T10:00:00.000Z");
    }
  }

  @Test
  void anyOfSeveralFilesMayHoldTheAnchor() throws Exception {
    AnchorProof proof = proof(8);
    ChainWord elsewhere = new ChainWord(new ChainId(1), 0, ASKED, List.of());
    assertThat(verdict(bundle(proof), elsewhere, word(), word(proof.anchor()))).startsWith("Valid");
  }

  @Test
  void withoutTheChainsWordNothingIsDecided() throws Exception {
    assertThat(verdict(bundle(proof(8))))
        .startsWith("Undecidable")
        .contains("is not compared with the chain: give what it told with --anchors");
    assertThat(verdict(bundle(proof(8)), word(anchor(at(7), PUBLISHER))))
        .startsWith("Undecidable")
        .contains("stands in no file of --anchors");
    assertThat(verdict(bundle(), word(anchor(at(8), PUBLISHER))))
        .startsWith("Undecidable")
        .contains("has no anchor over all its entries in this file");
  }

  @Test
  void aFileOfAnchorsDemandsThemByItself() throws Exception {
    Report report =
        new Verifier(
                Demands.usual().with(word()), ReplayCheck.of(new ModelFiles(null, folder), null, 1))
            .verify(bundle().encode());
    assertThat(report.findings())
        .anyMatch(f -> f.claim() == Claim.ANCHORED && f.verdict() instanceof Verdict.Undecidable);
  }

  @Test
  void anAnchorBeforeTheEntryDoesNotCoverIt() throws Exception {
    for (int size : new int[] {1, RECEIPT}) {
      AnchorProof proof = proof(size);
      assertThat(verdict(bundle(proof), word(proof.anchor())))
          .startsWith("Undecidable")
          .contains("has no anchor over all its entries");
    }
  }

  @Test
  void anAnchorThatDiffersInAnythingFromWhatTheChainToldIsUndecidable() throws Exception {
    AnchorProof proof = proof(8);
    Json.Obj record = proof.anchor().toJson();
    Map<String, Json> others =
        Map.of(
            "block", Json.of(99),
            "blockHash", Json.of(Keccak256.hash("fork").toString()),
            "contract", Json.of(address(9).toString()),
            "publisher", Json.of(address(2).toString()),
            "transaction", Json.of(Keccak256.hash("other").toString()));
    for (Map.Entry<String, Json> other : others.entrySet()) {
      LoggedAnchor told =
          LoggedAnchor.read(record.with(other.getKey(), other.getValue()))
              .orElse(
                  reason -> {
                    throw new AssertionError(reason);
                  });
      assertThat(verdict(bundle(proof), word(told)))
          .as(other.getKey())
          .startsWith("Undecidable")
          .contains("stands in no file of --anchors");
    }
  }

  @Test
  void anAnchorOfAnotherHistoryIsInvalidEvenIfTheChainHoldsIt() throws Exception {
    for (int size : new int[] {4, PROVEN, 8}) {
      AnchorProof proof = new AnchorProof(anchor(forged(size), PUBLISHER), path(size));
      assertThat(verdict(bundle(proof), word(proof.anchor())))
          .startsWith("Invalid")
          .contains("are not shown to be one history");
    }
  }

  @Test
  void aProofThatLeadsNowhereIsInvalid() throws Exception {
    List<Digest> path = new ArrayList<>(path(8));
    path.set(0, Digest.sha256("x"));
    AnchorProof changed = new AnchorProof(anchor(at(8), PUBLISHER), path);
    AnchorProof without = new AnchorProof(anchor(at(8), PUBLISHER), List.of());
    AnchorProof ofAnother = new AnchorProof(anchor(at(8), PUBLISHER), path(7));
    for (AnchorProof bad : List.of(changed, without, ofAnother)) {
      assertThat(verdict(bundle(bad), word(bad.anchor())))
          .startsWith("Invalid")
          .contains("are not shown to be one history");
    }
  }

  @Test
  void anAnchorOfAnotherLogIsInvalid() throws Exception {
    Checkpoint elsewhere = new Checkpoint(new Origin("example.com/log"), 8, reader.root(8));
    AnchorProof proof = new AnchorProof(anchor(elsewhere, PUBLISHER), path(8));
    assertThat(verdict(bundle(proof), word(proof.anchor())))
        .startsWith("Invalid")
        .contains("the anchor of 8 entries in block 108 of chain 31337 is of no log in this file");
    // One that is false is not healed by another that is true.
    assertThat(verdict(bundle(proof(8), proof), word(proof(8).anchor()))).startsWith("Invalid");
  }

  @Test
  void anotherRootThatTheChainHoldsOfThePublisherIsInvalid() throws Exception {
    AnchorProof proof = proof(8);
    assertThat(verdict(bundle(proof), word(proof.anchor(), anchor(forged(8), PUBLISHER))))
        .startsWith("Invalid")
        .contains("has another root of this log at that size than this file");
    assertThat(verdict(bundle(proof), word(proof.anchor(), anchor(forged(PROVEN), PUBLISHER))))
        .startsWith("Invalid")
        .contains("the anchor of 5 entries");
    // Whoever else publishes under the log's name contradicts nobody.
    assertThat(verdict(bundle(proof), word(proof.anchor(), anchor(forged(8), address(2)))))
        .startsWith("Valid");
  }

  @Test
  void anEntryThatIsNotInTheTreeIsInvalidWhateverTheChainHolds() throws Exception {
    Entry entry = receipt.entry();
    ProvenEntry moved =
        new ProvenEntry(
            new Entry(entry.kind(), entry.source(), 1, entry.record()), receipt.proof());
    AnchorProof proof = proof(8);
    Bundle bundle = new Bundle(List.of(moved), List.of(), List.of(proof), null);
    assertThat(verdict(bundle, word(proof.anchor())))
        .startsWith("Invalid")
        .contains("does not stand where its proof says");
  }

  @Test
  void theCommandLineTakesWhatAChainTold() throws Exception {
    AnchorProof proof = proof(8);
    Path file = Files.write(folder.resolve("bundle.json"), bundle(proof).encode());
    Path told = Files.write(folder.resolve("told"), word(proof.anchor()).encode());
    Path wrong = Files.writeString(folder.resolve("wrong"), "{}");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertThat(run(out, err, file, told)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).containsPattern("anchored +Valid");
    assertThat(run(out, err, file, wrong)).isEqualTo(VerifyMain.WRONG_USE);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("not a chain's word");
  }

  private static int run(
      ByteArrayOutputStream out, ByteArrayOutputStream err, Path file, Path told) {
    return VerifyMain.run(
        List.of(
            file.toString(), "--require", "signed,logged,anchored", "--anchors", told.toString()),
        Map.of(),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
