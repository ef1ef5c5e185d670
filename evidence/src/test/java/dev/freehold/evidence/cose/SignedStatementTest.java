// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.cose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.freehold.crypto.InclusionProof;
import dev.freehold.crypto.MerkleTree;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.ByteMutations;
import dev.freehold.evidence.Check;
import dev.freehold.record.Cbor;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The export of an entry of our log, there and back, and what must not pass. */
class SignedStatementTest {
  private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
  private static final SigningKey OTHER = SigningKey.ofSeed(Digest.sha256("other").bytes());
  private static final PublicKeyInfo PUBLIC = PublicKeyInfo.of(KEY.verifyingKey());
  private static final byte[] ENTRY =
      "{\"format\":\"freehold-entry/1\",\"kind\":\"receipt\",\"record\":{},\"sequence\":0,\"source\":\"s\"}"
          .getBytes(StandardCharsets.UTF_8);

  private static InclusionProof proof() {
    List<Digest> leaves = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      leaves.add(i == 12_345 ? MerkleTree.leaf(ENTRY) : Digest.sha256("leaf " + i));
    }
    return InclusionProof.of(leaves, 12_345);
  }

  private static SignedStatement decode(byte[] bytes) {
    return SignedStatement.decode(bytes).orElse(reason -> fail(reason));
  }

  @Test
  void anEntryIsExportedWithItsReceiptAndCheckedOffline() {
    SignedStatement exported = SignedStatement.ofEntry(ENTRY, proof(), KEY);
    SignedStatement read = decode(exported.encode());
    assertThat(read.encode()).isEqualTo(exported.encode());
    assertThat(read.payload().orElseThrow()).isEqualTo(ENTRY);
    assertThat(read.issuer()).isEqualTo(KEY.nodeId().toString());
    assertThat(read.subject()).contains("urn:freehold:entry:sha256:" + Digest.sha256(ENTRY).hex());
    List<Check> checks =
        read.verifyTransparent(
            read.issuerKey().orElseThrow(), PUBLIC, SignedStatement.Leaf.PAYLOAD);
    assertThat(checks).hasSize(2);
    assertThat(Check.allHold(checks)).as("%s", checks).isTrue();
    // docs/formats/cose.md: sorted, tag 18, protected header first.
    assertThat(exported.encode()).startsWith(0xd2, 0x84);
    assertThat(Cbor.parse(exported.encode()).encode()).isEqualTo(exported.encode());
  }

  @Test
  void aGreenCheckNeverCoversWhatWasNotChecked() {
    SignedStatement bare = SignedStatement.sign("text/plain", "urn:example:1", ENTRY, KEY);
    List<Check> checks = bare.verifyTransparent(PUBLIC, PUBLIC, SignedStatement.Leaf.PAYLOAD);
    assertThat(Check.allHold(checks)).isFalse();
    assertThat(checks.get(1)).asString().contains("open: the statement carries no receipt");
    assertThat(Check.allHold(List.of())).isFalse();
  }

  @Test
  void rejectsAStatementWhoseIssuerIsNotTheKey() {
    SignedStatement statement = SignedStatement.sign("text/plain", "urn:example:1", ENTRY, KEY);
    assertThat(statement.verify(PublicKeyInfo.of(OTHER.verifyingKey())))
        .asString()
        .contains("not that of the issuer");
  }

  @Test
  void rejectsAReceiptOfAnotherEntryAndOfAnotherLeafRule() {
    SignedStatement exported = SignedStatement.ofEntry(ENTRY, proof(), KEY);
    CoseReceipt receipt = exported.receipts().getFirst();
    assertThat(receipt.verifyInclusion("other".getBytes(StandardCharsets.UTF_8), PUBLIC))
        .asString()
        .contains("is not signed");
    for (SignedStatement.Leaf rule :
        List.of(SignedStatement.Leaf.STATEMENT, SignedStatement.Leaf.STATEMENT_DIGEST)) {
      assertThat(Check.allHold(exported.verifyTransparent(PUBLIC, PUBLIC, rule))).isFalse();
    }
    SignedStatement moved =
        SignedStatement.sign("text/plain", "urn:example:1", new byte[] {1}, KEY)
            .withReceipt(receipt);
    assertThat(moved.verify(PUBLIC).holds()).isTrue();
    assertThat(
            Check.allHold(
                decode(moved.encode())
                    .verifyTransparent(PUBLIC, PUBLIC, SignedStatement.Leaf.PAYLOAD)))
        .isFalse();
  }

  @Test
  void refusesToSignAReceiptThatNobodyCouldCheck() {
    InclusionProof proof = proof();
    InclusionProof wrong =
        new InclusionProof(proof.index(), proof.size(), proof.path().subList(1, 17));
    assertThatThrownBy(() -> CoseReceipt.inclusion(ENTRY, wrong, KEY))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aStatementWithoutWhatScittDemandsIsRefused() {
    for (Cbor.Map header :
        List.of(
            Cbor.map(),
            Cbor.map().with(Cbor.of(3), Cbor.of("a/b")),
            Cbor.map().with(Cbor.of(3), Cbor.of("a/b")).with(Cbor.of(15), Cbor.map()),
            Cbor.map()
                .with(Cbor.of(3), Cbor.of("a/b"))
                .with(Cbor.of(15), Cbor.map().with(Cbor.of(1), Cbor.of(1))))) {
      byte[] bytes = CoseSign1.sign(header, Cbor.map(), ENTRY, false, new byte[0], KEY).encode();
      assertThat(SignedStatement.decode(bytes)).asString().contains("names no");
    }
    byte[] untagged = SignedStatement.sign("a/b", "s", ENTRY, KEY).encode();
    assertThat(SignedStatement.decode(Arrays.copyOfRange(untagged, 1, untagged.length)))
        .asString()
        .contains("lacks the tag");
  }

  @Test
  void externalDataHasToBeTheSame() {
    byte[] external = {1, 2, 3};
    CoseSign1 message = CoseSign1.sign(Cbor.map(), Cbor.map(), ENTRY, false, external, KEY);
    assertThat(message.verify(PUBLIC, external).holds()).isTrue();
    assertThat(message.verify(PUBLIC, new byte[0]).holds()).isFalse();
    assertThat(message.verifyDetached(PUBLIC, ENTRY, external))
        .asString()
        .contains("carries a payload, and another was given");
    CoseSign1 detached = CoseSign1.sign(Cbor.map(), Cbor.map(), ENTRY, true, external, KEY);
    assertThat(detached.verifyDetached(PUBLIC, ENTRY, external).holds()).isTrue();
    assertThat(detached.verify(PUBLIC, external)).asString().contains("open: the payload");
  }

  @Test
  void neverFailsOtherwiseOnMutatedStatements() {
    long seed = 20261125;
    Random random = new Random(seed);
    byte[] sound = SignedStatement.ofEntry(ENTRY, proof(), KEY).encode();
    byte[] receipt = SignedStatement.ofEntry(ENTRY, proof(), KEY).receipts().getFirst().encode();
    int read = 0;
    for (int i = 0; i < 30_000; i++) {
      byte[] bytes = ByteMutations.of(i % 2 == 0 ? sound : receipt, random);
      if (SignedStatement.decode(bytes) instanceof Parsed.Read<SignedStatement>(var statement)) {
        read++;
        assertThat(statement.encode()).as("seed %d, round %d", seed, i).isEqualTo(bytes);
        if (read % 10 == 0
            && Check.allHold(
                statement.verifyTransparent(PUBLIC, PUBLIC, SignedStatement.Leaf.PAYLOAD))) {
          assertThat(statement.payload().orElseThrow()).isEqualTo(ENTRY);
        }
      }
      if (CoseReceipt.decode(bytes) instanceof Parsed.Read<CoseReceipt>(var other)) {
        read++;
        assertThat(other.encode()).as("seed %d, round %d", seed, i).isEqualTo(bytes);
        Check check = other.verifyInclusion(ENTRY, PUBLIC);
        assertThat(check.toString()).isNotBlank();
      }
    }
    assertThat(read).isGreaterThan(500);
  }
}
