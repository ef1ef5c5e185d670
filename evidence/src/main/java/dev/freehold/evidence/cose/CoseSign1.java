// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.cose;

import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Check;
import dev.freehold.record.Cbor;
import dev.freehold.record.CborException;
import dev.freehold.record.Parsed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A message with one signature: COSE_Sign1 (RFC 9052, section 4.2; docs/formats/cose.md). What was
 * read is written again as the same bytes; whether the signature is right is {@link #verify}'s to
 * say.
 */
public final class CoseSign1 {
  /** The longest message in bytes. */
  public static final int LIMIT = 16 << 20;

  /** The tag of this kind of message. */
  public static final long TAG = 18;

  private static final String SIGNED = "signed";
  private static final Set<Long> UNDERSTOOD =
      Set.of(CoseHeader.ALG, CoseHeader.CONTENT_TYPE, CoseHeader.KID);

  private final boolean tagged;
  private final byte[] protectedBytes;
  private final Cbor.Map protectedHeader;
  private final Cbor.Map unprotectedHeader;
  private final byte @Nullable [] payload;
  private final byte[] signature;

  private CoseSign1(
      boolean tagged,
      byte[] protectedBytes,
      Cbor.Map protectedHeader,
      Cbor.Map unprotectedHeader,
      byte @Nullable [] payload,
      byte[] signature) {
    this.tagged = tagged;
    this.protectedBytes = protectedBytes;
    this.protectedHeader = protectedHeader;
    this.unprotectedHeader = unprotectedHeader;
    this.payload = payload;
    this.signature = signature;
  }

  /** Reads a message with its tag. */
  public static Parsed<CoseSign1> decode(byte[] bytes) {
    return decode(bytes, UNDERSTOOD, true);
  }

  /** Reads a message that may lack its tag, since what is due there is known. */
  public static Parsed<CoseSign1> decodeTagOptional(byte[] bytes) {
    return decode(bytes, UNDERSTOOD, false);
  }

  static Parsed<CoseSign1> decode(byte[] bytes, Set<Long> understood, boolean tagDue) {
    if (bytes.length > LIMIT) {
      return new Parsed.Malformed<>("longer than the limit of " + LIMIT + " bytes");
    }
    try {
      return new Parsed.Read<>(read(Cbor.parseUnsorted(bytes), understood, tagDue));
    } catch (CborException e) {
      return new Parsed.Malformed<>("not a COSE_Sign1: " + e.getMessage());
    }
  }

  private static CoseSign1 read(Cbor message, Set<Long> understood, boolean tagDue) {
    boolean tagged = message instanceof Cbor.Tag;
    if (message instanceof Cbor.Tag(long tag, Cbor content)) {
      if (tag != TAG) {
        throw new CborException("it has the tag " + tag + ", not " + TAG);
      }
      message = content;
    } else if (tagDue) {
      throw new CborException("it lacks the tag " + TAG);
    }
    if (!(message instanceof Cbor.Arr(List<Cbor> parts)
        && parts.size() == 4
        && parts.get(0) instanceof Cbor.Bytes encoded
        && parts.get(1) instanceof Cbor.Map unprotectedHeader
        && parts.get(3) instanceof Cbor.Bytes signature)) {
      throw new CborException(
          "it is not an array of protected header, unprotected header, payload and signature");
    }
    byte @Nullable [] payload =
        switch (parts.get(2)) {
          case Cbor.Bytes attached -> attached.value();
          case Cbor.Null _ -> null;
          default -> throw new CborException("the payload is neither a byte string nor null");
        };
    byte[] protectedBytes = encoded.value();
    Cbor.Map protectedHeader =
        switch (protectedBytes.length == 0 ? Cbor.map() : Cbor.parseUnsorted(protectedBytes)) {
          case Cbor.Map header -> header;
          default -> throw new CborException("the protected header is not a map");
        };
    CoseHeader.check(protectedHeader, unprotectedHeader);
    CoseHeader.checkCritical(protectedHeader, understood);
    return new CoseSign1(
        tagged, protectedBytes, protectedHeader, unprotectedHeader, payload, signature.value());
  }

  /**
   * Signs with Ed25519.
   *
   * @param protectedHeader without {@code alg}, which is added
   * @param unprotectedHeader may be empty
   * @param payload what is signed
   * @param detached whether to leave the payload out of the message
   * @param externalAad what both sides know besides, usually nothing
   */
  public static CoseSign1 sign(
      Cbor.Map protectedHeader,
      Cbor.Map unprotectedHeader,
      byte[] payload,
      boolean detached,
      byte[] externalAad,
      SigningKey key) {
    Cbor.Map full =
        protectedHeader.with(Cbor.of(CoseHeader.ALG), Cbor.of(CoseAlgorithm.EDDSA.id()));
    CoseHeader.check(full, unprotectedHeader);
    byte[] encoded = full.encode();
    byte[] signature = key.sign(toBeSigned(full, encoded, externalAad, payload)).bytes();
    return new CoseSign1(
        true, encoded, full, unprotectedHeader, detached ? null : payload.clone(), signature);
  }

  /** Checks the signature over the payload that the message carries. */
  public Check verify(PublicKeyInfo key, byte[] externalAad) {
    return payload == null
        ? Check.open(SIGNED, "the payload is detached and was not given")
        : check(key, payload, externalAad);
  }

  /** Checks the signature over a payload that the message does not carry. */
  public Check verifyDetached(PublicKeyInfo key, byte[] detached, byte[] externalAad) {
    return payload == null
        ? check(key, detached, externalAad)
        : Check.fails(SIGNED, "the message carries a payload, and another was given");
  }

  private Check check(PublicKeyInfo key, byte[] content, byte[] externalAad) {
    Cbor.Map header = protectedHeader.pairs().isEmpty() ? unprotectedHeader : protectedHeader;
    Optional<Cbor> alg = header.get(CoseHeader.ALG);
    if (alg.isEmpty()) {
      return Check.fails(SIGNED, "the protected header names no algorithm");
    }
    Optional<CoseAlgorithm> algorithm =
        alg.get() instanceof Cbor.Int(long id) ? CoseAlgorithm.of(id) : Optional.empty();
    if (algorithm.isEmpty()) {
      return Check.fails(SIGNED, "the algorithm " + alg.get() + " is not known");
    }
    return algorithm
        .get()
        .objection(
            key, toBeSigned(protectedHeader, protectedBytes, externalAad, content), signature)
        .map(reason -> Check.fails(SIGNED, reason))
        .orElseGet(() -> Check.holds(SIGNED, algorithm.get().text() + " with " + key));
  }

  /** Sig_structure: RFC 9052, section 4.4. */
  private static byte[] toBeSigned(
      Cbor.Map header, byte[] encoded, byte[] externalAad, byte[] payload) {
    return Cbor.array(
            Cbor.of("Signature1"),
            Cbor.of(header.pairs().isEmpty() ? new byte[0] : encoded),
            Cbor.of(externalAad),
            Cbor.of(payload))
        .encode();
  }

  /** The bytes that were read, or the one encoding of what was signed here. */
  public byte[] encode() {
    Cbor message =
        Cbor.array(
            Cbor.of(protectedBytes),
            unprotectedHeader,
            payload == null ? Cbor.Null.VALUE : Cbor.of(payload),
            Cbor.of(signature));
    return (tagged ? new Cbor.Tag(TAG, message) : message).encode();
  }

  /** The same signed bytes with one more header beside them. */
  public CoseSign1 withUnprotected(long label, Cbor value) {
    Cbor.Map header = unprotectedHeader.with(Cbor.of(label), value);
    CoseHeader.check(protectedHeader, header);
    return new CoseSign1(tagged, protectedBytes, protectedHeader, header, payload, signature);
  }

  CoseSign1 withoutUnprotected(long label) {
    SequencedMap<Cbor, Cbor> pairs = new LinkedHashMap<>(unprotectedHeader.pairs());
    pairs.remove(Cbor.of(label));
    return new CoseSign1(
        tagged, protectedBytes, protectedHeader, new Cbor.Map(pairs), payload, signature);
  }

  /** The header that is signed. */
  public Cbor.Map protectedHeader() {
    return protectedHeader;
  }

  /** The header that is not signed: nothing in it may be believed. */
  public Cbor.Map unprotectedHeader() {
    return unprotectedHeader;
  }

  /** The payload; empty where it is detached. */
  public Optional<byte[]> payload() {
    return Optional.ofNullable(payload).map(byte[]::clone);
  }
}
