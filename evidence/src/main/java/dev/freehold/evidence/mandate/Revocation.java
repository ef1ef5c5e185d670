// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.crypto.SigningKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.Optional;

/**
 * The end of a mandate, and of all below it (docs/formats/mandate.md).
 *
 * @param issuer who ends it
 * @param mandate which
 * @param revoked from when on
 * @param proof the issuer's signature; not yet believed
 */
public record Revocation(Party issuer, Digest mandate, Timestamp revoked, Proof proof) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-revocation/1";

  /** The longest revocation in bytes. */
  public static final int LIMIT = 1 << 14;

  /** Signs with a key. */
  public static Revocation sign(Digest mandate, Timestamp revoked, SigningKey key) {
    Party issuer = Party.of(key.nodeId());
    return new Revocation(
        issuer, mandate, revoked, new Proof.Key(key.sign(bytes(issuer, mandate, revoked))));
  }

  /** What a person sees before signing with a passkey. */
  public static String shown(Party issuer, Digest mandate, Timestamp revoked) {
    return "Freehold revocation\n"
        + ("I " + issuer + "\n")
        + ("end " + mandate + "\n")
        + ("from " + revoked + " on\n");
  }

  /** Why the party named in it did not sign it; empty where it is signed. */
  public Optional<MandateFault> signatureFault(Owner owner) {
    return Signed.fault(
        owner,
        issuer,
        proof,
        bytes(issuer, mandate, revoked),
        Digest.sha256(shown(issuer, mandate, revoked)));
  }

  private static byte[] bytes(Party issuer, Digest mandate, Timestamp revoked) {
    return CanonicalJson.bytes(
        Json.object()
            .put("format", FORMAT)
            .put("issuer", issuer.toString())
            .put("mandate", mandate.toString())
            .put("revoked", revoked.toString())
            .build());
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** The revocation as JSON, for embedding it elsewhere. */
  public Json.Obj toJson() {
    return ((Json.Obj) Json.parse(bytes(issuer, mandate, revoked))).with("proof", proof.toJson());
  }

  /** Reads the one encoding. */
  public static Parsed<Revocation> decode(byte[] bytes) {
    try {
      Members members = new Members("the revocation", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException(
            "the format is \"" + members.string("format") + "\", not " + FORMAT);
      }
      Revocation revocation =
          new Revocation(
              members.typed("issuer", Party::named),
              members.digest("mandate"),
              members.typed("revoked", Timestamp::parse),
              Proof.read(members.object("proof")));
      members.end();
      Members.requireSame(revocation.encode(), bytes);
      return new Parsed.Read<>(revocation);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }
}
