// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.cose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.freehold.crypto.ConsistencyProof;
import dev.freehold.crypto.InclusionProof;
import dev.freehold.crypto.MerkleTree;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Check;
import dev.freehold.evidence.Vectors;
import dev.freehold.record.Cbor;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The named conditions of scitt-cose's negative tests, each built from a sound message. */
class MustRejectTest {
  private static final byte[] PAYLOAD = "payload".getBytes(StandardCharsets.UTF_8);
  private static final byte[] NONE = new byte[0];
  private static final SigningKey ED = SigningKey.ofSeed(new byte[32]);
  private static final PublicKeyInfo ED_KEY = PublicKeyInfo.of(ED.verifyingKey());
  private static final KeyPair EC = p256();
  private static final PublicKeyInfo EC_KEY = PublicKeyInfo.decode(EC.getPublic().getEncoded());
  private static final Cbor ALG = Cbor.of(1);
  private static final Cbor CRIT = Cbor.of(2);

  /** The leaves of a tree in which the entry "2" is proved. */
  private static final List<Digest> LEAVES =
      Stream.of("0", "1", "2", "3", "4", "5", "6")
          .map(MustRejectTest::entry)
          .map(MerkleTree::leaf)
          .toList();

  private interface Case {
    Check run() throws Exception;
  }

  /** Every condition of the file, by its name: what to do and what the reason has to say. */
  private static final Map<String, Map.Entry<String, Case>> CASES = new LinkedHashMap<>();

  static {
    put(
        "alg_confusion_eddsa_alg_with_ec_key",
        "does not go with a key of kind P256",
        () -> verify(signed(Cbor.map()), EC_KEY));
    put(
        "alg_confusion_es256_alg_with_ed_key",
        "does not go with a key of kind ED25519",
        () -> verify(es256(64), ED_KEY));
    put(
        "missing_alg_rejected",
        "names no algorithm",
        () -> verify(raw(Cbor.map().with(Cbor.of(3), Cbor.of("a/b"))), ED_KEY));
    put(
        "noninteger_alg_rejected",
        "algorithm \"EdDSA\" is not known",
        () -> verify(raw(Cbor.map().with(ALG, Cbor.of("EdDSA"))), ED_KEY));
    put(
        "es256_signature_wrong_length_rejected",
        "bytes, ES256 with a key of kind P256 gives 64",
        () -> verify(es256(70), EC_KEY));
    put(
        "crit_unknown_header_rejected",
        "not understood",
        () ->
            verify(
                signed(
                    Cbor.map()
                        .with(CRIT, Cbor.array(Cbor.of(-70_000)))
                        .with(Cbor.of(-70_000), Cbor.of(true))),
                ED_KEY));
    put(
        "crit_understood_header_accepted",
        "holds",
        () -> verify(signed(Cbor.map().with(CRIT, Cbor.array(ALG))), ED_KEY));
    put(
        "crit_lists_absent_header_rejected",
        "which is absent",
        () -> verify(signed(Cbor.map().with(CRIT, Cbor.array(Cbor.of(3)))), ED_KEY));
    put(
        "tampered_protected_bstr_rejected",
        "does not belong",
        () -> {
          byte[] bytes = signed(Cbor.map().with(Cbor.of(3), Cbor.of("a/b")));
          bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("a/b")] = 'c';
          return verify(bytes, ED_KEY);
        });
    put(
        "wrong_cbor_tag_rejected",
        "tag 17, not 18",
        () -> {
          byte[] bytes = signed(Cbor.map());
          bytes[0] = (byte) 0xd1;
          return verify(bytes, ED_KEY);
        });
    put(
        "garbage_cbor_rejected",
        "not a COSE_Sign1",
        () -> verify("garbage".getBytes(StandardCharsets.UTF_8), ED_KEY));
    put(
        "valid_signature_over_different_detached_payload_rejected",
        "does not belong",
        () ->
            CoseSign1.sign(Cbor.map(), Cbor.map(), PAYLOAD, true, NONE, ED)
                .verifyDetached(ED_KEY, entry("another"), NONE));
    put(
        "receipt_vds_stripped_from_protected_rejected",
        "names no data structure",
        () -> receipt(header(Cbor.map()), Cbor.map(), inclusion(2)));
    put(
        "receipt_vds_only_in_unprotected_rejected",
        "in the unprotected header only",
        () -> receipt(header(Cbor.map()), Cbor.map().with(Cbor.of(395), Cbor.of(1)), inclusion(2)));
    put(
        "receipt_missing_alg_rejected",
        "names no algorithm",
        () -> receipt(Cbor.map().with(Cbor.of(395), Cbor.of(1)), Cbor.map(), inclusion(2)));
    put(
        "receipt_wrong_log_key_rejected",
        "is not signed",
        () ->
            CoseReceipt.inclusion(entry("2"), inclusion(2), ED)
                .verifyInclusion(
                    entry("2"),
                    PublicKeyInfo.of(
                        SigningKey.ofSeed(Digest.sha256("x").bytes()).verifyingKey())));
    put(
        "inclusion_index_out_of_range_rejected",
        "is not in a tree of 7",
        () -> receipt(new InclusionProof(7, 7, inclusion(2).path())));
    put(
        "inclusion_too_long_path_rejected",
        "a path of 4 does not fit",
        () -> {
          List<Digest> path = new ArrayList<>(inclusion(2).path());
          path.add(LEAVES.getFirst());
          return receipt(new InclusionProof(2, 7, path));
        });
    put(
        "inclusion_too_short_path_rejected",
        "a path of 2 does not fit",
        () -> receipt(new InclusionProof(2, 7, inclusion(2).path().subList(0, 2))));
    put(
        "consistency_shrunk_tree_rejected",
        "the tree shrank from 7 to 4",
        () -> consistency(new ConsistencyProof(7, 4, consistent().path())));
    put(
        "consistency_tampered_node_rejected",
        "does not lead from the older root",
        () -> {
          List<Digest> path = new ArrayList<>(consistent().path());
          path.set(0, Digest.sha256("tampered"));
          return consistency(new ConsistencyProof(4, 7, path));
        });
  }

  private static void put(String name, String reason, Case test) {
    CASES.put(name, Map.entry(reason, test));
  }

  @TestFactory
  Stream<DynamicTest> everyConditionIsMet() throws IOException {
    Json.Arr conditions =
        (Json.Arr) Vectors.at(Vectors.json("cose/must-reject-conditions.json"), "conditions");
    assertThat(conditions.items().stream().map(c -> Vectors.text(c, "id")))
        .containsExactlyElementsOf(CASES.keySet());
    return CASES.entrySet().stream()
        .map(
            test ->
                DynamicTest.dynamicTest(
                    test.getKey(),
                    () -> {
                      Check check = test.getValue().getValue().run();
                      assertThat(check).asString().contains(test.getValue().getKey());
                      assertThat(check.holds()).isEqualTo(test.getKey().endsWith("accepted"));
                    }));
  }

  @Test
  void theSoundMessagesFromWhichTheCasesAreMadeAreAccepted() throws Exception {
    assertThat(verify(signed(Cbor.map()), ED_KEY).holds()).isTrue();
    assertThat(verify(es256(64), EC_KEY).holds()).isTrue();
    assertThat(receipt(inclusion(2)).holds()).isTrue();
    assertThat(consistency(consistent()).holds()).isTrue();
    assertThat(
            CoseReceipt.consistency(root(4), root(7), consistent(), ED)
                .verifyConsistency(root(4), root(7), ED_KEY)
                .holds())
        .isTrue();
    assertThatThrownBy(() -> CoseReceipt.consistency(root(5), root(7), consistent(), ED))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(
            CoseReceipt.consistency(root(4), root(7), consistent(), ED)
                .verifyInclusion(entry("2"), ED_KEY))
        .asString()
        .contains("proves consistency, not inclusion");
    assertThat(
            CoseReceipt.inclusion(entry("2"), inclusion(2), ED)
                .verifyConsistency(root(4), root(7), ED_KEY))
        .asString()
        .contains("proves inclusion, not consistency");
  }

  /** Other messages that are no COSE_Sign1 of ours, by what is wrong with them. */
  @TestFactory
  Stream<DynamicTest> otherFaultsAreRefusedForTheirReason() {
    Cbor.Map alg = header(Cbor.map());
    Map<String, Cbor> faults = new LinkedHashMap<>();
    faults.put("not an array of", Cbor.array(Cbor.of(NONE), Cbor.map(), Cbor.Null.VALUE));
    faults.put("payload is neither", array(alg.encode(), Cbor.map(), Cbor.of("text")));
    faults.put("protected header is not a map", array(Cbor.of(1).encode(), Cbor.map(), null));
    faults.put("more items are announced", array(new byte[] {(byte) 0xa1, 1}, Cbor.map(), null));
    faults.put("both protected and unprotected", array(alg.encode(), alg, null));
    faults.put(
        "crit stands in the unprotected",
        array(alg.encode(), Cbor.map().with(CRIT, Cbor.array(ALG)), null));
    faults.put(
        "header 4 has the wrong type",
        array(alg.encode(), Cbor.map().with(Cbor.of(4), Cbor.of("text")), null));
    faults.put(
        "header 2 has the wrong type",
        array(alg.with(CRIT, Cbor.array()).encode(), Cbor.map(), null));
    faults.put(
        "no number and no text",
        array(alg.encode(), Cbor.map().with(Cbor.of(true), Cbor.of(1)), null));
    return faults.entrySet().stream()
        .map(
            fault ->
                DynamicTest.dynamicTest(
                    fault.getKey(),
                    () ->
                        assertThat(CoseSign1.decode(new Cbor.Tag(18, fault.getValue()).encode()))
                            .asString()
                            .contains(fault.getKey())));
  }

  private static Cbor array(byte[] header, Cbor.Map unprotectedHeader, @Nullable Cbor payload) {
    return Cbor.array(
        Cbor.of(header),
        unprotectedHeader,
        payload == null ? Cbor.Null.VALUE : payload,
        Cbor.of(new byte[64]));
  }

  private static byte[] entry(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Cbor.Map header(Cbor.Map rest) {
    return rest.with(ALG, Cbor.of(-8));
  }

  private static Check verify(byte[] bytes, PublicKeyInfo key) {
    return switch (CoseSign1.decode(bytes)) {
      case Parsed.Malformed<CoseSign1>(String reason) -> Check.fails("signed", reason);
      case Parsed.Read<CoseSign1>(CoseSign1 message) -> message.verify(key, NONE);
    };
  }

  private static byte[] signed(Cbor.Map header) {
    // The library refuses to sign what it would refuse to read, so the bytes are made by hand.
    return raw(header(header));
  }

  /** A message signed with Ed25519 whatever its header says. */
  private static byte[] raw(Cbor.Map header) {
    return raw(header, Cbor.map(), Cbor.of(PAYLOAD), PAYLOAD);
  }

  private static byte[] raw(
      Cbor.Map header, Cbor.Map unprotectedHeader, Cbor content, byte[] payload) {
    byte[] signature = ED.sign(toBeSigned(header, payload)).bytes();
    return new Cbor.Tag(
            18,
            Cbor.array(Cbor.of(header.encode()), unprotectedHeader, content, Cbor.of(signature)))
        .encode();
  }

  private static byte[] toBeSigned(Cbor.Map header, byte[] payload) {
    return Cbor.array(
            Cbor.of("Signature1"), Cbor.of(header.encode()), Cbor.of(NONE), Cbor.of(payload))
        .encode();
  }

  private static byte[] es256(int length) throws GeneralSecurityException {
    Cbor.Map header = Cbor.map().with(ALG, Cbor.of(-7));
    Signature signer =
        Signature.getInstance(length == 64 ? "SHA256withECDSAinP1363Format" : "SHA256withECDSA");
    signer.initSign(EC.getPrivate());
    signer.update(toBeSigned(header, PAYLOAD));
    return new Cbor.Tag(
            18,
            Cbor.array(
                Cbor.of(header.encode()), Cbor.map(), Cbor.of(PAYLOAD), Cbor.of(signer.sign())))
        .encode();
  }

  private static InclusionProof inclusion(int index) {
    return InclusionProof.of(LEAVES, index);
  }

  private static Digest root(int size) {
    MerkleTree tree = new MerkleTree();
    LEAVES.subList(0, size).forEach(tree::addHash);
    return tree.root();
  }

  /** From four leaves to seven: the root of the other three. */
  private static ConsistencyProof consistent() {
    MerkleTree right = new MerkleTree();
    LEAVES.subList(4, 7).forEach(right::addHash);
    return new ConsistencyProof(4, 7, List.of(right.root()));
  }

  private static Check receipt(InclusionProof proof) {
    return receipt(header(Cbor.map().with(Cbor.of(395), Cbor.of(1))), Cbor.map(), proof);
  }

  private static Check receipt(Cbor.Map header, Cbor.Map besides, InclusionProof proof) {
    return check(
        encode(header, besides, -1, proof.size(), proof.index(), proof.path()),
        r -> r.verifyInclusion(entry("2"), ED_KEY));
  }

  private static Check consistency(ConsistencyProof proof) {
    return check(
        encode(
            header(Cbor.map().with(Cbor.of(395), Cbor.of(1))),
            Cbor.map(),
            -2,
            proof.oldSize(),
            proof.newSize(),
            proof.path()),
        r -> r.verifyConsistency(root(4), root(7), ED_KEY));
  }

  private static byte[] encode(
      Cbor.Map header, Cbor.Map besides, long kind, long first, long second, List<Digest> path) {
    Cbor hashes = new Cbor.Arr(path.stream().<Cbor>map(h -> Cbor.of(h.bytes())).toList());
    Cbor proof = Cbor.of(Cbor.array(Cbor.of(first), Cbor.of(second), hashes).encode());
    SequencedMap<Cbor, Cbor> proofs = new LinkedHashMap<>();
    proofs.put(Cbor.of(kind), Cbor.array(proof));
    return raw(
        header, besides.with(Cbor.of(396), new Cbor.Map(proofs)), Cbor.Null.VALUE, root(7).bytes());
  }

  private static Check check(byte[] bytes, Function<CoseReceipt, Check> verification) {
    return switch (CoseReceipt.decode(bytes)) {
      case Parsed.Malformed<CoseReceipt>(String reason) -> Check.fails("receipt", reason);
      case Parsed.Read<CoseReceipt>(CoseReceipt receipt) -> verification.apply(receipt);
    };
  }

  private static KeyPair p256() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      return fail("every Java platform has P-256", e);
    }
  }
}
