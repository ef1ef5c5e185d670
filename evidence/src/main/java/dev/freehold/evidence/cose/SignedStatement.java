// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.cose;

import dev.freehold.crypto.InclusionProof;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Check;
import dev.freehold.record.Cbor;
import dev.freehold.record.CborException;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A SCITT signed statement (RFC 9943; docs/formats/cose.md): an issuer says something about a
 * subject. With receipts in its unprotected header it is a transparent statement.
 */
public final class SignedStatement {
  /** The content type of a statement whose payload is an entry of our log. */
  public static final String ENTRY_TYPE = "application/vnd.freehold.entry+json";

  private static final int RECEIPT_LIMIT = 64;
  private static final byte[] NO_AAD = new byte[0];
  private static final Set<Long> UNDERSTOOD =
      Set.of(CoseHeader.ALG, CoseHeader.CONTENT_TYPE, CoseHeader.KID, CoseHeader.CWT_CLAIMS);

  /** What a log takes as the bytes of the leaf for a statement: its own rule. */
  public enum Leaf {
    /** The payload: our log, whose entry the statement carries. */
    PAYLOAD,
    /** The statement without receipts: CCF. */
    STATEMENT,
    /** The SHA-256 of the statement without receipts: the log of scitt-cose. */
    STATEMENT_DIGEST
  }

  private final CoseSign1 message;
  private final String issuer;
  private final Optional<String> subject;
  private final List<CoseReceipt> receipts;

  private SignedStatement(
      CoseSign1 message, String issuer, Optional<String> subject, List<CoseReceipt> receipts) {
    this.message = message;
    this.issuer = issuer;
    this.subject = subject;
    this.receipts = List.copyOf(receipts);
  }

  /** Reads a statement and the receipts in it. */
  public static Parsed<SignedStatement> decode(byte[] bytes) {
    return switch (CoseSign1.decode(bytes, UNDERSTOOD, true)) {
      case Parsed.Malformed<CoseSign1>(String reason) -> new Parsed.Malformed<>(reason);
      case Parsed.Read<CoseSign1>(CoseSign1 message) -> {
        try {
          yield new Parsed.Read<>(read(message));
        } catch (CborException e) {
          yield new Parsed.Malformed<>("not a signed statement: " + e.getMessage());
        }
      }
    };
  }

  private static SignedStatement read(CoseSign1 message) {
    Cbor.Map header = message.protectedHeader();
    if (header.get(CoseHeader.ALG).isEmpty()) {
      throw new CborException("the protected header names no algorithm (1)");
    }
    if (!(header.get(CoseHeader.ALG).get() instanceof Cbor.Int)) {
      throw new CborException("the algorithm is not a number");
    }
    if (header.get(CoseHeader.CONTENT_TYPE).isEmpty()) {
      throw new CborException("the protected header names no content type (3)");
    }
    if (!(header.get(CoseHeader.CWT_CLAIMS).orElse(null) instanceof Cbor.Map claims
        && claims.get(CoseHeader.ISSUER).orElse(null) instanceof Cbor.Text(String issuer))) {
      throw new CborException("the protected header names no issuer (15, 1)");
    }
    Optional<String> subject =
        claims
            .get(CoseHeader.SUBJECT)
            .map(
                value -> {
                  if (value instanceof Cbor.Text(String text)) {
                    return text;
                  }
                  throw new CborException("the subject (15, 2) is not a text");
                });
    List<CoseReceipt> receipts = new ArrayList<>();
    Optional<Cbor> embedded = message.unprotectedHeader().get(CoseHeader.RECEIPTS);
    if (embedded.isPresent()) {
      if (!(embedded.get() instanceof Cbor.Arr(List<Cbor> items)
          && !items.isEmpty()
          && items.size() <= RECEIPT_LIMIT)) {
        throw new CborException("the receipts (394) are not 1 to " + RECEIPT_LIMIT);
      }
      for (Cbor item : items) {
        if (!(item instanceof Cbor.Bytes receipt)) {
          throw new CborException("a receipt (394) is not a byte string");
        }
        receipts.add(
            CoseReceipt.decode(receipt.value())
                .orElse(
                    reason -> {
                      throw new CborException(reason);
                    }));
      }
    }
    return new SignedStatement(message, issuer, subject, receipts);
  }

  /** Signs a statement; the issuer is the key's own name. */
  public static SignedStatement sign(
      String contentType, String subject, byte[] payload, SigningKey key) {
    String issuer = key.nodeId().toString();
    Cbor.Map claims =
        Cbor.map()
            .with(Cbor.of(CoseHeader.ISSUER), Cbor.of(issuer))
            .with(Cbor.of(CoseHeader.SUBJECT), Cbor.of(subject));
    CoseSign1 message =
        CoseSign1.sign(
            Cbor.map()
                .with(Cbor.of(CoseHeader.CONTENT_TYPE), Cbor.of(contentType))
                .with(Cbor.of(CoseHeader.CWT_CLAIMS), claims),
            Cbor.map(),
            payload,
            false,
            NO_AAD,
            key);
    return new SignedStatement(message, issuer, Optional.of(subject), List.of());
  }

  /**
   * Exports an entry of our log: a statement that carries it, with the log's receipt.
   *
   * @param entry the leaf's bytes, as in the log
   * @param proof of the entry's inclusion
   * @param key the node's and its log's
   * @throws IllegalArgumentException if the proof cannot be one of a tree of that size
   */
  public static SignedStatement ofEntry(byte[] entry, InclusionProof proof, SigningKey key) {
    return sign(ENTRY_TYPE, subjectOf(entry), entry, key)
        .withReceipt(CoseReceipt.inclusion(entry, proof, key));
  }

  /** What a statement about an entry names as its subject. */
  public static String subjectOf(byte[] entry) {
    return "urn:freehold:entry:" + Digest.sha256(entry);
  }

  /** The same statement with one more receipt. */
  public SignedStatement withReceipt(CoseReceipt receipt) {
    List<CoseReceipt> all = new ArrayList<>(receipts);
    all.add(receipt);
    List<Cbor> encoded = new ArrayList<>();
    all.forEach(r -> encoded.add(Cbor.of(r.encode())));
    return new SignedStatement(
        message.withUnprotected(CoseHeader.RECEIPTS, new Cbor.Arr(encoded)), issuer, subject, all);
  }

  /**
   * Checks that the key signed the statement, and that it is the issuer's where the issuer's name
   * holds a key ({@code did:key}).
   */
  public Check verify(PublicKeyInfo key) {
    return named(key).orElseGet(() -> message.verify(key, NO_AAD));
  }

  /** The same for a statement whose payload is detached. */
  public Check verifyDetached(PublicKeyInfo key, byte[] payload) {
    return named(key).orElseGet(() -> message.verifyDetached(key, payload, NO_AAD));
  }

  private Optional<Check> named(PublicKeyInfo key) {
    return issuerKey()
        .filter(own -> !own.equals(key))
        .map(_ -> Check.fails("signed", "the key is not that of the issuer " + issuer));
  }

  /**
   * Checks statement and receipts: one for {@code signed}, and one {@code logged} for each receipt,
   * at least one.
   *
   * @param leaf the rule of the log
   */
  public List<Check> verifyTransparent(PublicKeyInfo issuerKey, PublicKeyInfo logKey, Leaf leaf) {
    List<Check> checks = new ArrayList<>();
    checks.add(verify(issuerKey));
    if (receipts.isEmpty()) {
      checks.add(Check.open("logged", "the statement carries no receipt"));
    }
    for (CoseReceipt receipt : receipts) {
      checks.add(receipt.verifyInclusion(leaf(leaf), logKey));
    }
    return checks;
  }

  /**
   * The bytes of the leaf for this statement.
   *
   * @throws IllegalStateException if it is the payload, and that is detached
   */
  public byte[] leaf(Leaf rule) {
    return switch (rule) {
      case PAYLOAD ->
          payload().orElseThrow(() -> new IllegalStateException("the payload is detached"));
      case STATEMENT -> message.withoutUnprotected(CoseHeader.RECEIPTS).encode();
      case STATEMENT_DIGEST -> Digest.sha256(leaf(Leaf.STATEMENT)).bytes();
    };
  }

  /** The key in the issuer's name, where it is a node's. */
  public Optional<PublicKeyInfo> issuerKey() {
    return NodeId.parse(issuer).map(NodeId::key).map(PublicKeyInfo::of);
  }

  /** Whether it says to carry an entry of our log: then its receipts are of the payload. */
  public boolean carriesEntry() {
    return message
        .protectedHeader()
        .get(CoseHeader.CONTENT_TYPE)
        .equals(Optional.of(Cbor.of(ENTRY_TYPE)));
  }

  /** Who says it. */
  public String issuer() {
    return issuer;
  }

  /** Of what it is said, where the statement names it. */
  public Optional<String> subject() {
    return subject;
  }

  /** What is said; empty where it is detached. */
  public Optional<byte[]> payload() {
    return message.payload();
  }

  /** The receipts that the statement carries. */
  public List<CoseReceipt> receipts() {
    return receipts;
  }

  /** The bytes that were read, or the one encoding of what was signed here. */
  public byte[] encode() {
    return message.encode();
  }
}
