// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.dsse;

import dev.freehold.crypto.PrivateKeyInfo;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.evidence.Check;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A signed payload of a stated type (DSSE 1.0; docs/formats/dsse.md). */
public final class Envelope {
  /** The longest envelope in bytes. */
  public static final int LIMIT = 64 << 20;

  private static final int SIGNATURE_LIMIT = 16;
  private static final String SIGNED = "signed";

  private final String payloadType;
  private final byte[] payload;
  private final List<Signed> signatures;

  /** A signature, and what the sender calls the key. */
  private static final class Signed {
    private final @Nullable String keyId;
    private final byte[] signature;

    Signed(@Nullable String keyId, byte[] signature) {
      this.keyId = keyId;
      this.signature = signature;
    }
  }

  private Envelope(String payloadType, byte[] payload, List<Signed> signatures) {
    this.payloadType = payloadType;
    this.payload = payload;
    this.signatures = signatures;
  }

  /** Reads an envelope that is a file of its own. */
  public static Parsed<Envelope> decode(byte[] bytes) {
    try {
      return new Parsed.Read<>(read(Members.parse(bytes, LIMIT)));
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  /** Reads an envelope that stands in another object. */
  public static Envelope read(Json value) throws Members.MalformedException {
    Members members = new Members("the envelope", value);
    byte[] payload = Base64Text.decode("the payload", members.string("payload"));
    String payloadType = members.string("payloadType");
    if (payload.length == 0 || payloadType.isEmpty()) {
      throw new Members.MalformedException("the envelope has an empty payload or type");
    }
    List<Signed> signatures = new ArrayList<>();
    for (Json item : members.array("signatures").items()) {
      Members signature = new Members("a signature", item);
      byte[] bytes = Base64Text.decode("a signature", signature.string("sig"));
      if (bytes.length == 0) {
        throw new Members.MalformedException("a signature is empty");
      }
      String keyId = null;
      if (signature.has("keyid")) {
        switch (signature.value("keyid")) {
          case Json.Str(String text) -> keyId = text;
          case Json.Null _ -> {}
          default -> throw new Members.MalformedException("a keyid is not a string");
        }
      }
      signature.end();
      signatures.add(new Signed(keyId, bytes));
    }
    members.end();
    if (signatures.isEmpty() || signatures.size() > SIGNATURE_LIMIT) {
      throw new Members.MalformedException(
          "the envelope has not 1 to " + SIGNATURE_LIMIT + " signatures");
    }
    return new Envelope(payloadType, payload, signatures);
  }

  /**
   * Signs a payload.
   *
   * @param keyId what others may call the key, or null for no hint
   * @param random for ECDSA
   */
  public static Envelope sign(
      String payloadType,
      byte[] payload,
      PrivateKeyInfo key,
      @Nullable String keyId,
      SecureRandom random) {
    if (payloadType.isEmpty() || payload.length == 0) {
      throw new IllegalArgumentException("an envelope has a payload and a type");
    }
    byte[] signature =
        key.sign(key.publicKey().kind().usualHash(), pae(payloadType, payload), random);
    return new Envelope(payloadType, payload.clone(), List.of(new Signed(keyId, signature)));
  }

  /** What is signed: the pre-authentication encoding. */
  public static byte[] pae(String payloadType, byte[] payload) {
    byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ("DSSEv1 " + type.length + " " + payloadType + " " + payload.length + " ")
            .getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[head.length + payload.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(payload, 0, all, head.length, payload.length);
    return all;
  }

  /** Checks that one of the signatures is this key's. */
  public Check verify(PublicKeyInfo key) {
    byte[] signed = pae(payloadType, payload);
    boolean right =
        signatures.stream().anyMatch(s -> key.verify(key.kind().usualHash(), signed, s.signature));
    return right
        ? Check.holds(SIGNED, payload.length + " bytes of " + payloadType + " with " + key)
        : Check.fails(SIGNED, "no signature belongs to this payload and the " + key);
  }

  /** The one encoding: canonical JSON. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** The envelope for embedding it elsewhere. */
  public Json.Obj toJson() {
    List<Json> items = new ArrayList<>();
    for (Signed signed : signatures) {
      items.add(
          Json.object()
              .put("keyid", signed.keyId)
              .put("sig", Base64Text.encode(signed.signature))
              .build());
    }
    return Json.object()
        .put("payload", Base64Text.encode(payload))
        .put("payloadType", payloadType)
        .put("signatures", Json.array(items))
        .build();
  }

  /** What kind of thing the payload is. */
  public String payloadType() {
    return payloadType;
  }

  /** A copy of what is signed. */
  public byte[] payload() {
    return payload.clone();
  }

  /** The bytes of each signature. */
  public List<byte[]> signatures() {
    return signatures.stream().map(s -> s.signature.clone()).toList();
  }
}
