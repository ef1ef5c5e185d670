// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.InclusionProof;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.Mutations;
import dev.freehold.evidence.Samples;
import dev.freehold.evidence.anchor.AnchorProof;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundleTest {
  private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
  private static final int ROUNDS = 5_000;

  @Test
  void readsWhatItWrote() {
    for (Bundle bundle : List.of(bundle(true, 0), bundle(false, 2))) {
      byte[] bytes = bundle.encode();
      assertThat(Bundle.decode(bytes))
          .isInstanceOfSatisfying(
              Parsed.Read.class,
              read -> assertThat(((Bundle) read.value()).encode()).isEqualTo(bytes));
    }
  }

  @Test
  void theProofLeadsFromTheEntryToTheRoot() {
    assertThat(bundle(true, 0).entries().getFirst().included()).isTrue();
  }

  @Test
  void aReceiptTooLongForAnEntryIsLoggedByItsDigest() {
    var longest = Samples.receipt(400);
    Entry entry = entry(LoggedReceipt.of(longest));
    assertThat(entry.encode().length).isLessThan(Entry.LIMIT);
    assertThat(LoggedReceipt.is(entry, longest)).isTrue();
    assertThat(LoggedReceipt.is(entry, Samples.receipt(399))).isFalse();
    assertThat(LoggedReceipt.whole(entry)).isEmpty();
    assertThat(LoggedReceipt.id(entry)).contains(longest.id());
    assertThat(LoggedReceipt.bytes(longest)).isEqualTo(CanonicalJson.bytes(entry.record()));
    Entry usual = entry(LoggedReceipt.of(Samples.receipt(1)));
    assertThat(LoggedReceipt.bytes(Samples.receipt(1)))
        .isEqualTo(CanonicalJson.bytes(usual.record()));
    assertThat(LoggedReceipt.whole(usual)).contains(Samples.receipt(1));
    assertThat(LoggedReceipt.id(usual)).contains(Samples.receipt(1).id());
  }

  @Test
  void aNodesLogIsNamedAfterIt() {
    Origin origin = Origin.of(NodeLog.keyName(KEY.nodeId()));
    assertThat(NodeLog.node(origin)).contains(KEY.nodeId());
    assertThat(NodeLog.node(new Origin("example.com/log"))).isEmpty();
    assertThat(NodeLog.node(new Origin("freehold.internal/z6Mk"))).isEmpty();
  }

  @Test
  void thereIsAlwaysAnEntryAndNeverTooMany() {
    ProvenEntry one = bundle(true, 0).entries().getFirst();
    assertThatThrownBy(() -> new Bundle(List.of(), List.of(), null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Bundle(Collections.nCopies(65, one), List.of(), null))
        .isInstanceOf(IllegalArgumentException.class);
    AnchorProof anchor = anchored(one.proof().checkpoint().checkpoint());
    assertThatThrownBy(
            () -> new Bundle(List.of(one), List.of(), Collections.nCopies(17, anchor), null))
        .hasMessageContaining("up to 16 anchors");
    assertThatThrownBy(
            () -> new AnchorProof(anchor.anchor(), Collections.nCopies(64, Digest.sha256("x"))))
        .hasMessageContaining("up to 63 hashes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "freehold-bundle/1|freehold-bundle/2|the format is",
        "\"entries\"|\"entrys\"|lacks \"entries\"",
        "index 0|index 00|lacks a line of the form",
        "\"sequence\":0|\"sequence\":-1|sequence",
        "\"format\":\"freehold-bundle/1\"|\"format\":\"freehold-bundle/1\",\"more\":1|unknown member",
        "\"entries\":[|\"entries\": [|not canonical JSON",
        "\"transcript\":{|\"transcript\":{\"a\":1,|unknown member",
        "\"kind\":\"receipt\"|\"kind\":\"recipe\"|its kind is not one",
      })
  void anythingElseIsMalformedAndSaysWhy(String from, String to, String reason) {
    String text = new String(bundle(true, 0).encode(), StandardCharsets.UTF_8);
    assertThat(text).contains(from);
    int at = text.indexOf(from);
    byte[] changed =
        (text.substring(0, at) + to + text.substring(at + from.length()))
            .getBytes(StandardCharsets.UTF_8);
    assertThat(Bundle.decode(changed))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(reason));
  }

  @Test
  void whateverIsReadIsTheOneEncoding() {
    long seed = new Random().nextLong();
    System.out.println("BundleTest seed " + seed);
    Random random = new Random(seed);
    byte[] good = bundle(true, 1).encode();
    for (int i = 0; i < ROUNDS; i++) {
      byte[] changed = Mutations.of(good, random);
      if (Bundle.decode(changed) instanceof Parsed.Read<Bundle>(Bundle read)) {
        assertThat(read.encode()).as("seed %d, round %d", seed, i).isEqualTo(changed);
      }
    }
  }

  private static Entry entry(Json.Obj record) {
    return new Entry(EntryKind.RECEIPT, new Source(KEY.nodeId().toString()), 0, record);
  }

  private static Bundle bundle(boolean whole, int stamps) {
    Entry entry = entry(LoggedReceipt.of(Samples.receipt(1)));
    var name = NodeLog.keyName(KEY.nodeId());
    Checkpoint checkpoint = new Checkpoint(Origin.of(name), 1, entry.leafHash());
    TlogProof proof =
        TlogProof.of(
            new InclusionProof(0, 1, List.of()),
            checkpoint.signed(NoteSigner.ed25519(name, KEY).sign(checkpoint, Instant.EPOCH)));
    return new Bundle(
        List.of(new ProvenEntry(entry, proof)),
        Collections.nCopies(
            stamps, new StampedCheckpoint(Digest.sha256(checkpoint.text()), new byte[] {48, 0})),
        Collections.nCopies(stamps, anchored(checkpoint)),
        whole ? Samples.transcript(1) : null);
  }

  private static AnchorProof anchored(Checkpoint checkpoint) {
    Address address = Address.of(new byte[Address.BYTES]);
    return new AnchorProof(
        LoggedAnchor.of(
            new ChainId(1),
            address,
            address,
            checkpoint,
            Keccak256.hash("transaction"),
            7,
            Keccak256.hash("block")),
        List.of(Digest.sha256("sibling")));
  }
}
