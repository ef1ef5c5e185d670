// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.cose;

import dev.freehold.crypto.ConsistencyProof;
import dev.freehold.crypto.InclusionProof;
import dev.freehold.crypto.MerkleTree;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Check;
import dev.freehold.record.Cbor;
import dev.freehold.record.CborException;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A log's signed proof about its tree (RFC 9942; docs/formats/cose.md): that an entry is in it, or
 * that it grew by appending only. Read of structures 1 (RFC 9162 with SHA-256) and 2 (CCF), written
 * of structure 1.
 */
public final class CoseReceipt {
  private static final long RFC9162 = 1;
  private static final long CCF = 2;
  private static final long INCLUSION = -1;
  private static final long CONSISTENCY = -2;
  private static final String LOGGED = "logged";
  private static final String APPENDED = "appended only";
  private static final Set<Long> UNDERSTOOD =
      Set.of(
          CoseHeader.ALG,
          CoseHeader.CONTENT_TYPE,
          CoseHeader.KID,
          CoseHeader.CWT_CLAIMS,
          CoseHeader.VDS);

  /** What the receipt proves. */
  private sealed interface Proof {
    record Inclusion(InclusionProof proof) implements Proof {}

    record Consistency(ConsistencyProof proof) implements Proof {}

    record Ccf(CcfProof proof) implements Proof {}
  }

  private final CoseSign1 message;
  private final Proof proof;

  private CoseReceipt(CoseSign1 message, Proof proof) {
    this.message = message;
    this.proof = proof;
  }

  /** Reads a receipt. */
  public static Parsed<CoseReceipt> decode(byte[] bytes) {
    return switch (CoseSign1.decode(bytes, UNDERSTOOD, true)) {
      case Parsed.Malformed<CoseSign1>(String reason) -> new Parsed.Malformed<>(reason);
      case Parsed.Read<CoseSign1>(CoseSign1 message) -> {
        try {
          yield new Parsed.Read<>(new CoseReceipt(message, proof(message)));
        } catch (CborException e) {
          yield new Parsed.Malformed<>("not a receipt: " + e.getMessage());
        }
      }
    };
  }

  private static Proof proof(CoseSign1 message) {
    if (message.payload().isPresent()) {
      throw new CborException("its payload is attached: the root has to follow from the proof");
    }
    if (message.protectedHeader().get(CoseHeader.ALG).isEmpty()) {
      throw new CborException("the protected header names no algorithm (1)");
    }
    Cbor structure =
        message
            .protectedHeader()
            .get(CoseHeader.VDS)
            .orElseThrow(
                () ->
                    new CborException(
                        message.unprotectedHeader().get(CoseHeader.VDS).isPresent()
                            ? "the data structure (395) is in the unprotected header only"
                            : "the protected header names no data structure (395)"));
    if (!(message.unprotectedHeader().get(CoseHeader.PROOFS).orElse(null) instanceof Cbor.Map map
        && map.pairs().size() == 1
        && map.pairs().firstEntry().getKey() instanceof Cbor.Int(long kind)
        && map.pairs().firstEntry().getValue() instanceof Cbor.Arr(List<Cbor> proofs)
        && proofs.size() == 1
        && proofs.getFirst() instanceof Cbor.Bytes encoded)) {
      throw new CborException("it does not carry exactly one proof (396)");
    }
    Cbor proof = Cbor.parseUnsorted(encoded.value());
    if (structure.equals(Cbor.of(RFC9162)) && kind == INCLUSION) {
      Shape shape = Shape.of(proof, "size and index");
      return new Proof.Inclusion(new InclusionProof(shape.second, shape.first, shape.path));
    }
    if (structure.equals(Cbor.of(RFC9162)) && kind == CONSISTENCY) {
      Shape shape = Shape.of(proof, "size before and size after");
      return new Proof.Consistency(new ConsistencyProof(shape.first, shape.second, shape.path));
    }
    if (structure.equals(Cbor.of(CCF)) && kind == INCLUSION) {
      return new Proof.Ccf(CcfProof.read(proof));
    }
    throw new CborException(
        "the data structure " + structure + " with proofs of kind " + kind + " is not supported");
  }

  /** The one shape that both proofs of structure 1 have. */
  private record Shape(long first, long second, List<Digest> path) {
    static Shape of(Cbor proof, String numbers) {
      if (!(proof instanceof Cbor.Arr(List<Cbor> parts)
          && parts.size() == 3
          && parts.get(0) instanceof Cbor.Int(long first)
          && parts.get(1) instanceof Cbor.Int(long second)
          && first >= 0
          && second >= 0
          && parts.get(2) instanceof Cbor.Arr(List<Cbor> hashes)
          && hashes.size() <= 64)) {
        throw new CborException(
            "the proof has not the form of structure 1: " + numbers + " and a path");
      }
      return new Shape(first, second, hashes.stream().map(CoseReceipt::digest).toList());
    }
  }

  static Digest digest(Cbor value) {
    if (value instanceof Cbor.Bytes bytes && bytes.value().length == Digest.BYTES) {
      return Digest.of(bytes.value());
    }
    throw new CborException("a hash of the proof has not 32 bytes");
  }

  /**
   * Signs the inclusion of an entry.
   *
   * @param entry the leaf's bytes, as in the log
   * @param proof of its inclusion
   * @param logKey the log's
   * @throws IllegalArgumentException if the proof cannot be one of a tree of that size
   */
  public static CoseReceipt inclusion(byte[] entry, InclusionProof proof, SigningKey logKey) {
    Digest root =
        proof
            .root(MerkleTree.leaf(entry))
            .orElseThrow(
                () -> new IllegalArgumentException("the path does not fit index and size"));
    return sign(
        INCLUSION,
        proof.size(),
        proof.index(),
        proof.path(),
        root,
        new Proof.Inclusion(proof),
        logKey);
  }

  /**
   * Signs that a tree grew from one root to another by appending only.
   *
   * @throws IllegalArgumentException if the proof does not prove it
   */
  public static CoseReceipt consistency(
      Digest oldRoot, Digest newRoot, ConsistencyProof proof, SigningKey logKey) {
    if (!proof.proves(oldRoot, newRoot)) {
      throw new IllegalArgumentException("the path does not lead from the one root to the other");
    }
    return sign(
        CONSISTENCY,
        proof.oldSize(),
        proof.newSize(),
        proof.path(),
        newRoot,
        new Proof.Consistency(proof),
        logKey);
  }

  private static CoseReceipt sign(
      long kind,
      long first,
      long second,
      List<Digest> path,
      Digest root,
      Proof proof,
      SigningKey logKey) {
    String log = logKey.nodeId().toString();
    List<Cbor> hashes = new ArrayList<>();
    path.forEach(hash -> hashes.add(Cbor.of(hash.bytes())));
    Cbor encoded =
        Cbor.of(Cbor.array(Cbor.of(first), Cbor.of(second), new Cbor.Arr(hashes)).encode());
    CoseSign1 message =
        CoseSign1.sign(
            Cbor.map()
                .with(Cbor.of(CoseHeader.KID), Cbor.of(log.getBytes(StandardCharsets.UTF_8)))
                .with(
                    Cbor.of(CoseHeader.CWT_CLAIMS),
                    Cbor.map()
                        .with(Cbor.of(CoseHeader.ISSUER), Cbor.of(log))
                        .with(Cbor.of(CoseHeader.SUBJECT), Cbor.of("urn:freehold:root:" + root)))
                .with(Cbor.of(CoseHeader.VDS), Cbor.of(RFC9162)),
            Cbor.map()
                .with(
                    Cbor.of(CoseHeader.PROOFS),
                    Cbor.map().with(Cbor.of(kind), Cbor.array(encoded))),
            root.bytes(),
            true,
            new byte[0],
            logKey);
    return new CoseReceipt(message, proof);
  }

  /**
   * The root that has to be signed if this is the receipt of that entry; empty where the receipt
   * cannot be of it, or proves consistency.
   */
  public Optional<Digest> root(byte[] entry) {
    return switch (proof) {
      case Proof.Inclusion(InclusionProof inclusion) -> inclusion.root(MerkleTree.leaf(entry));
      case Proof.Ccf(CcfProof ccf) -> ccf.root(entry);
      case Proof.Consistency _ -> Optional.empty();
    };
  }

  /**
   * Checks that the log signed a root of a tree that holds the entry.
   *
   * @param entry the leaf's bytes, as this log defines them
   */
  public Check verifyInclusion(byte[] entry, PublicKeyInfo logKey) {
    switch (proof) {
      case Proof.Consistency _ -> {
        return Check.fails(LOGGED, "the receipt proves consistency, not inclusion");
      }
      case Proof.Inclusion(InclusionProof inclusion) -> {
        if (inclusion.index() >= inclusion.size()) {
          return Check.fails(
              LOGGED,
              "the index " + inclusion.index() + " is not in a tree of " + inclusion.size());
        }
        if (root(entry).isEmpty()) {
          return Check.fails(
              LOGGED,
              "a path of "
                  + inclusion.path().size()
                  + " does not fit index "
                  + inclusion.index()
                  + " of "
                  + inclusion.size());
        }
      }
      case Proof.Ccf _ -> {
        if (root(entry).isEmpty()) {
          return Check.fails(LOGGED, "the receipt is of another entry");
        }
      }
    }
    return signed(LOGGED, root(entry).orElseThrow(), logKey);
  }

  /** Checks that the newer root holds all of the older one, and that the log signed the newer. */
  public Check verifyConsistency(Digest oldRoot, Digest newRoot, PublicKeyInfo logKey) {
    if (!(proof instanceof Proof.Consistency(ConsistencyProof consistency))) {
      return Check.fails(APPENDED, "the receipt proves inclusion, not consistency");
    }
    if (consistency.newSize() < consistency.oldSize()) {
      return Check.fails(
          APPENDED,
          "the tree shrank from " + consistency.oldSize() + " to " + consistency.newSize());
    }
    if (!consistency.proves(oldRoot, newRoot)) {
      return Check.fails(APPENDED, "the path does not lead from the older root to the newer");
    }
    return signed(APPENDED, newRoot, logKey);
  }

  private Check signed(String claim, Digest root, PublicKeyInfo logKey) {
    return switch (message.verifyDetached(logKey, root.bytes(), new byte[0]).outcome()) {
      case Check.Outcome.Holds(String what) ->
          Check.holds(claim, "root " + root.hex() + " is signed, " + what);
      case Check.Outcome.Fails(String reason) ->
          Check.fails(claim, "the root that follows, " + root.hex() + ", is not signed: " + reason);
      case Check.Outcome.Open(String why) -> Check.open(claim, why);
    };
  }

  /** The log that it names: a hint, until that log's key verified it. */
  public Optional<String> log() {
    return message.protectedHeader().get(CoseHeader.CWT_CLAIMS).orElse(Cbor.Null.VALUE)
                instanceof Cbor.Map claims
            && claims.get(CoseHeader.ISSUER).orElse(Cbor.Null.VALUE)
                instanceof Cbor.Text(String log)
        ? Optional.of(log)
        : Optional.empty();
  }

  /** Whether it proves that an entry is in the log, and not that the log grew. */
  public boolean provesInclusion() {
    return !(proof instanceof Proof.Consistency);
  }

  /** The bytes that were read, or the one encoding of what was signed here. */
  public byte[] encode() {
    return message.encode();
  }
}
