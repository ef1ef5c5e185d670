// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.Pem;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.anchor.ChainWord;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.timestamp.LoggedTimestamp;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.timestamp.TimestampRequest;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import dev.freehold.testkit.LocalTimestampAuthority;
import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log's files with the stamps and anchors among its own entries, as a log is exported. */
class VouchedEntriesTest {
  private static final KeyName NAME = NodeLog.keyName(Invented.KEY.nodeId());
  private static final Source DUTIES = new Source("duties");
  private static final Timestamp NOON = Timestamp.parse("2026-11-23T12:00:00.000Z");
  private static final ChainId CHAIN = new ChainId(31_337);

  @TempDir private Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init")
  private Log log;

  @SuppressWarnings("NullAway.Init")
  private LocalTimestampAuthority authority;

  @BeforeEach
  void open() throws Exception {
    authority = new LocalTimestampAuthority("one");
    log =
        Log.open(
            FolderStorage.open(folder.resolve("log")),
            Origin.of(NAME),
            NoteSigner.ed25519(NAME, Invented.KEY),
            InstantSource.system());
    for (int i = 0; i < 4; i++) {
      log.append(new Entry(EntryKind.END, new Source("s" + i), 0, Json.object().build())).join();
    }
    log.publish();
  }

  @AfterEach
  void close() throws LogException {
    log.close();
  }

  private void append(EntryKind kind, Json.Obj record) throws LogException {
    log.append(new Entry(kind, DUTIES, log.nextSequence(DUTIES).orElseThrow(), record)).join();
    log.publish();
  }

  private Checkpoint at(long size) throws LogException {
    LogReader reader = log.reader();
    return new Checkpoint(Origin.of(NAME), size, reader.root(size));
  }

  private static Checkpoint forged(long size) {
    return new Checkpoint(Origin.of(NAME), size, Digest.sha256("another history"));
  }

  private static LoggedAnchor anchor(Checkpoint checkpoint) {
    return LoggedAnchor.of(
        CHAIN,
        Address.of(new byte[Address.BYTES]),
        Address.of(new byte[Address.BYTES]),
        checkpoint,
        Keccak256.hash("transaction"),
        7,
        Keccak256.hash("block"));
  }

  private Json.Obj stamp(LocalTimestampAuthority by, Checkpoint stamped, Checkpoint claimed)
      throws Exception {
    byte[] request =
        TimestampRequest.of(LoggedTimestamp.message(stamped), new SecureRandom()).encode();
    return LoggedTimestamp.of(by.name(), claimed, by.answer(request, NOON.instant(), true));
  }

  private TimestampPolicy times() throws Exception {
    StringBuilder text = new StringBuilder("quorum 1\nauthority one 2026-01-01 2030-01-01\n");
    for (X509Certificate certificate : authority.certificates()) {
      text.append(new Pem("CERTIFICATE", certificate.getEncoded()));
    }
    return TimestampPolicy.parse(text.toString().getBytes(StandardCharsets.UTF_8))
        .orElse(
            reason -> {
              throw new AssertionError(reason);
            });
  }

  private String verdict(Demands demands) throws Exception {
    Given given = new Given(List.of(folder.resolve("log")), List.of(), List.of(), NOON, null);
    Report report =
        new Verifier(demands, ReplayCheck.of(new ModelFiles(null, folder), null, 1), given)
            .verify(log.newest().orElseThrow().encode());
    return switch (report.verdict()) {
      case Verdict.Valid _ -> "Valid " + report.findings();
      case Verdict.Invalid(List<String> reasons) -> "Invalid " + reasons;
      case Verdict.Undecidable(String why) -> "Undecidable " + why;
    };
  }

  private static Demands told(LoggedAnchor... anchors) {
    return Demands.usual().with(new ChainWord(CHAIN, 19, NOON, List.of(anchors)));
  }

  @Test
  void howManyEntriesStandUnderTheNewestStampAndAnchorIsSaid() throws Exception {
    append(EntryKind.TIMESTAMP, stamp(authority, at(3), at(3)));
    append(EntryKind.TIMESTAMP, stamp(authority, at(4), at(4)));
    LoggedAnchor anchor = anchor(at(2));
    append(EntryKind.ANCHOR, anchor.toJson());
    append(EntryKind.ANCHOR, anchor(at(5)).toJson());
    assertThat(verdict(told(anchor).with(times())))
        .startsWith("Valid")
        .contains("the first 4 of 8 entries: there according to one at 2026-11-23T12:00:00Z")
        .contains("the first 2 of 8 entries: block 7 of chain 31337")
        .contains("12 blocks deep when it was asked at 2026-11-23T12:00:00.000Z");
  }

  @Test
  void withoutDemandsNeitherIsChecked() throws Exception {
    append(EntryKind.ANCHOR, anchor(forged(2)).toJson());
    assertThat(verdict(Demands.usual()))
        .startsWith("Valid")
        .doesNotContain("TIMESTAMPED", "ANCHORED");
  }

  @Test
  void aLogThatTellsOfNothingIsUndecidable() throws Exception {
    assertThat(verdict(Demands.usual().with(times())))
        .startsWith("Undecidable")
        .contains("no checkpoint of this log has stamps of the 1 authorities");
    assertThat(verdict(told())).startsWith("Undecidable").contains("tells of no anchor");
    append(EntryKind.ANCHOR, anchor(at(4)).toJson());
    assertThat(verdict(told(anchor(at(3)))))
        .startsWith("Undecidable")
        .contains("none of the log's 1 anchors stands in a file of --anchors");
  }

  @Test
  void aStrangersStampCountsForNothing() throws Exception {
    LocalTimestampAuthority stranger = new LocalTimestampAuthority("stranger");
    append(EntryKind.TIMESTAMP, stamp(stranger, at(4), at(4)));
    assertThat(verdict(Demands.usual().with(times()))).startsWith("Undecidable");
  }

  @Test
  void aStampOfAnotherHistoryIsInvalid() throws Exception {
    append(EntryKind.TIMESTAMP, stamp(authority, forged(4), forged(4)));
    assertThat(verdict(Demands.usual().with(times())))
        .startsWith("Invalid")
        .contains("timestamped: entry 4: it is of no checkpoint of this log");
  }

  @Test
  void aTokenOfAnotherMessageIsInvalidBesideOnesThatHold() throws Exception {
    append(EntryKind.TIMESTAMP, stamp(authority, at(4), at(4)));
    append(EntryKind.TIMESTAMP, stamp(authority, forged(4), at(4)));
    assertThat(verdict(Demands.usual().with(times())))
        .startsWith("Invalid")
        .contains("timestamped: entry 5: a stamp counts for nothing")
        .contains("another message");
  }

  @Test
  void aStampOrAnAnchorOfEntriesThatFollowItIsInvalid() throws Exception {
    Json.Obj later = stamp(authority, at(4), at(4)).with("size", Json.of(5));
    append(EntryKind.TIMESTAMP, later);
    assertThat(verdict(Demands.usual().with(times())))
        .startsWith("Invalid")
        .contains("entry 4: it does not tell of entries before it");
    LoggedAnchor anchor = anchor(forged(9));
    append(EntryKind.ANCHOR, anchor.toJson());
    assertThat(verdict(told(anchor)))
        .startsWith("Invalid")
        .contains("anchored: entry 5: it does not tell of entries before it");
  }

  @Test
  void anAnchorOfAnotherHistoryIsInvalidThoughTheChainHoldsIt() throws Exception {
    LoggedAnchor anchor = anchor(forged(3));
    append(EntryKind.ANCHOR, anchor.toJson());
    assertThat(verdict(told(anchor)))
        .startsWith("Invalid")
        .contains("anchored: entry 4: the log's root at 3 entries is another one");
  }

  @Test
  void recordsThatAreNoStampAndNoAnchorAreInvalid() throws Exception {
    append(EntryKind.TIMESTAMP, Json.object().put("size", 1).build());
    append(EntryKind.ANCHOR, Json.object().put("size", 1).build());
    assertThat(verdict(told().with(times())))
        .startsWith("Invalid")
        .contains("timestamped: entry 4: the stamp lacks \"token\"")
        .contains("anchored: entry 5: not an anchor");
  }

  @Test
  void whatIsDemandedOfAFolderIsSaidOfACheckpointAlone() throws Exception {
    Report report =
        new Verifier(told().with(times()), ReplayCheck.of(new ModelFiles(null, folder), null, 1))
            .verify(log.newest().orElseThrow().encode());
    assertThat(report.verdict()).isInstanceOf(Verdict.Undecidable.class);
    assertThat(report.findings())
        .anyMatch(f -> f.claim() == Claim.TIMESTAMPED && f.verdict() instanceof Verdict.Undecidable)
        .anyMatch(f -> f.claim() == Claim.ANCHORED && f.verdict() instanceof Verdict.Undecidable);
  }
}
