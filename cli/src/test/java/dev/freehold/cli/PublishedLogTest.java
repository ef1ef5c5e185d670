// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.Pem;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Salts;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.anchor.AnchorProof;
import dev.freehold.evidence.anchor.ChainWord;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.bundle.AuthorisingEntries;
import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.bundle.StampedCheckpoint;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.timestamp.LoggedTimestamp;
import dev.freehold.evidence.timestamp.TimestampRequest;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Salt;
import dev.freehold.record.Timestamp;
import dev.freehold.testkit.LocalTimestampAuthority;
import dev.freehold.verify.VerifyMain;
import dev.freehold.witness.duty.WitnessedFiles;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes along with an answer that came through a gateway: of both logs the entries, under a
 * checkpoint that others vouch for, its stamps and its anchor.
 */
class PublishedLogTest {
  private static final SigningKey NODE = SigningKey.ofSeed(Digest.sha256("node").bytes());
  private static final SigningKey GATEWAY = SigningKey.ofSeed(Digest.sha256("gateway").bytes());
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Timestamp NOON_STAMP = new Timestamp(NOON);
  private static final ChainId CHAIN = new ChainId(31_337);

  @TempDir private Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init")
  private LocalTimestampAuthority authority;

  private final List<LoggedAnchor> chain = new ArrayList<>();

  @BeforeEach
  void logs() throws Exception {
    authority = new LocalTimestampAuthority("one");
    write(folder.resolve("home"), NODE, receiptEntry());
    write(
        folder.resolve("home/gateway"),
        GATEWAY,
        new Entry(EntryKind.END, new Source("mandates"), 0, Json.object().build()));
  }

  /**
   * A log of six entries: what is wanted at 1, a stamped checkpoint of 3 entries, and the anchor of
   * 4 entries at 5.
   */
  private void write(Path home, SigningKey key, Entry wanted) throws Exception {
    Files.createDirectories(home.resolve("log"));
    Files.createDirectories(home.resolve(WitnessedFiles.FOLDER));
    KeyName name = NodeLog.keyName(key.nodeId());
    Source duties = new Source(key.nodeId() + "#timestamps");
    try (Log log =
        Log.open(
            FolderStorage.open(home.resolve("log")),
            Origin.of(name),
            NoteSigner.ed25519(name, key),
            InstantSource.system())) {
      List<SignedCheckpoint> published = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        log.append(i == 1 ? wanted : other(i)).join();
        published.add(log.publish());
      }
      SignedCheckpoint stamped = published.get(2);
      byte[] message = LoggedTimestamp.message(stamped.checkpoint());
      byte[] token =
          authority.answer(TimestampRequest.of(message, new SecureRandom()).encode(), NOON, true);
      WitnessedFiles kept = new WitnessedFiles(home.resolve(WitnessedFiles.FOLDER));
      kept.keep(stamped);
      kept.stamp(3, "one", token);
      log.append(
              new Entry(
                  EntryKind.TIMESTAMP,
                  duties,
                  0,
                  LoggedTimestamp.of("one", stamped.checkpoint(), token)))
          .join();
      LoggedAnchor anchor = anchor(published.get(3).checkpoint());
      chain.add(anchor);
      log.append(new Entry(EntryKind.ANCHOR, duties, 1, anchor.toJson())).join();
      log.publish();
    }
  }

  private static Entry other(int i) {
    return new Entry(EntryKind.END, new Source("other" + i), 0, Json.object().build());
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

  private static Entry receiptEntry() {
    Salts salts =
        new Salts(
            new Salt("000102030405060708090a0b0c0d0e0f"),
            new Salt("101112131415161718191a1b1c1d1e1f"));
    Receipt receipt =
        Receipt.sign(
            new Statement(
                Kind.CHAT,
                NODE.nodeId(),
                new Statement.Model(Digest.sha256("model"), "tiny"),
                Digest.sha256("tokenizer"),
                Digest.sha256("template"),
                1,
                Json.object().put("seed", 7).build(),
                salts.ofRequest("{}"),
                salts.ofResponse(Json.array()),
                List.of(
                    new Statement.Choice(
                        1,
                        1,
                        salts.ofTokens(new int[] {5}),
                        salts.ofTrace(Digest.sha256("trace")),
                        Finish.STOP)),
                NOON_STAMP,
                NOON_STAMP,
                new Nonce("202122232425262728292a2b2c2d2e2f")),
            NODE);
    return new Entry(
        EntryKind.RECEIPT, new Source(NODE.nodeId().toString()), 0, LoggedReceipt.of(receipt));
  }

  private Places places() {
    return new Places(folder.resolve("home"), folder, folder, Map.of());
  }

  private List<PublishedLog> both() throws Exception {
    return List.of(PublishedLog.ofGateway(places(), null), PublishedLog.ofHome(places()));
  }

  private static List<ProvenEntry> proven(PublishedLog log) throws Exception {
    Entry entry = LogVerbs.entry(log.reader().entry(1), 1);
    return log.prove(List.of(new AuthorisingEntries.Found(1, entry)));
  }

  private Path bundle() throws Exception {
    List<ProvenEntry> entries = new ArrayList<>();
    List<StampedCheckpoint> stamps = new ArrayList<>();
    List<AnchorProof> anchors = new ArrayList<>();
    for (PublishedLog log : both()) {
      List<ProvenEntry> proven = proven(log);
      entries.addAll(proven);
      stamps.addAll(log.stamps(proven));
      log.anchor(proven).ifPresent(anchors::add);
    }
    return Files.write(
        folder.resolve("bundle.json"), new Bundle(entries, stamps, anchors, null).encode());
  }

  private String verify(Path bundle, LoggedAnchor... told) throws Exception {
    StringBuilder times = new StringBuilder("quorum 1\nauthority one 2026-01-01 2030-01-01\n");
    for (X509Certificate certificate : authority.certificates()) {
      times.append(new Pem("CERTIFICATE", certificate.getEncoded()));
    }
    Path timePolicy = Files.writeString(folder.resolve("times"), times);
    Path word =
        Files.write(
            folder.resolve("told"), new ChainWord(CHAIN, 9, NOON_STAMP, List.of(told)).encode());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    int exit =
        VerifyMain.run(
            List.of(
                bundle.toString(),
                "--require",
                "signed,logged,timestamped,anchored",
                "--log",
                NodeLog.verifierKey(NODE.nodeId()).toString(),
                "--log",
                NodeLog.verifierKey(GATEWAY.nodeId()).toString(),
                "--time-policy",
                timePolicy.toString(),
                "--anchors",
                word.toString()),
            Map.of(),
            print,
            print);
    return exit + " " + out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theGatewaysStampsAndAnchorsGoAlongAndAreVerifiedOffline() throws Exception {
    String report = verify(bundle(), chain.toArray(LoggedAnchor[]::new));
    assertThat(report)
        .startsWith("0 ")
        .containsPattern("timestamped +Valid")
        .containsPattern("anchored +Valid");
    for (SigningKey key : List.of(GATEWAY, NODE)) {
      assertThat(report).contains(NodeLog.keyName(key.nodeId()) + " at 3 entries: there according");
      assertThat(report).contains(NodeLog.keyName(key.nodeId()) + " at 3 entries: 4 of them in");
    }
  }

  @Test
  void anAnchorThatTheChainTellsOfOneLogAloneDoesNotVouchForTheOther() throws Exception {
    for (LoggedAnchor one : chain) {
      assertThat(verify(bundle(), one)).startsWith("2 ").contains("stands in no file of --anchors");
    }
    assertThat(verify(bundle())).startsWith("2 ");
  }

  @Test
  void stampsOfOneLogAloneDoNotVouchForTheOther() throws Exception {
    for (PublishedLog log : both()) {
      WitnessedFiles kept = new WitnessedFiles(log.witnessed());
      Path stamp = log.witnessed().resolve("00000000000000000003.one.tsr");
      byte[] token = kept.stamps(3).values().iterator().next();
      Files.delete(stamp);
      assertThat(verify(bundle(), chain.toArray(LoggedAnchor[]::new)))
          .startsWith("2 ")
          .contains("stamps of 0 of the 1 authorities");
      kept.stamp(3, "one", token);
    }
  }

  @Test
  void aStampThatWasPutInFromTheOtherLogIsInvalid() throws Exception {
    byte[] nodes =
        new WitnessedFiles(folder.resolve("home/witnessed")).stamps(3).values().iterator().next();
    new WitnessedFiles(folder.resolve("home/gateway/witnessed")).stamp(3, "one", nodes);
    assertThat(verify(bundle(), chain.toArray(LoggedAnchor[]::new)))
        .startsWith("1 ")
        .contains("another message");
  }

  @Test
  void anAnchorWhoseTreeIsNoneOfThisLogIsNotExported() throws Exception {
    Path home = folder.resolve("other");
    Files.createDirectories(home.resolve("log"));
    KeyName name = NodeLog.keyName(GATEWAY.nodeId());
    Checkpoint forged = new Checkpoint(Origin.of(name), 2, Digest.sha256("forged"));
    try (Log log =
        Log.open(
            FolderStorage.open(home.resolve("log")),
            Origin.of(name),
            NoteSigner.ed25519(name, GATEWAY),
            InstantSource.system())) {
      log.append(other(0)).join();
      log.append(other(1)).join();
      log.append(new Entry(EntryKind.ANCHOR, new Source("duties"), 0, anchor(forged).toJson()))
          .join();
      log.publish();
    }
    PublishedLog log = PublishedLog.ofGateway(places(), home);
    assertThat(log.anchor(proven(log))).isEmpty();
    assertThat(log.stamps(proven(log))).isEmpty();
  }
}
