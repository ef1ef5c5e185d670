// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.crypto.SigningKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an issuer allows a holder (docs/formats/mandate.md).
 *
 * @param terms what it says
 * @param proof the issuer's signature; not yet believed
 */
public record Mandate(Terms terms, Proof proof) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-mandate/1";

  /** The longest mandate in bytes. */
  public static final int LIMIT = 1 << 15;

  /**
   * A mandate without its proof.
   *
   * @param allow what may be done
   * @param expires the last moment in which it counts
   * @param holder who may act
   * @param issued from when on it counts
   * @param issuer who grants it
   * @param nonce random
   * @param parentOrNull the mandate from which it narrows
   */
  public record Terms(
      Allowance allow,
      Timestamp expires,
      Party holder,
      Timestamp issued,
      Party issuer,
      Nonce nonce,
      @Nullable Digest parentOrNull) {
    /**
     * Checks the times.
     *
     * @throws IllegalArgumentException if it would expire before it counts
     */
    public Terms {
      if (expires.compareTo(issued) < 0) {
        throw new IllegalArgumentException(
            "the mandate expires (" + expires + ") before it is issued (" + issued + ")");
      }
    }

    /** The name of the mandate: SHA-256 of {@link #bytes}. */
    public Digest digest() {
      return Digest.sha256(bytes());
    }

    /** The mandate above it. */
    public Optional<Digest> parent() {
      return Optional.ofNullable(parentOrNull);
    }

    /** What a key signs. */
    public byte[] bytes() {
      return CanonicalJson.bytes(toJson());
    }

    private Json.Obj toJson() {
      return Json.object()
          .put("allow", allow.toJson())
          .put("expires", expires.toString())
          .put("format", FORMAT)
          .put("holder", holder.toString())
          .put("issued", issued.toString())
          .put("issuer", issuer.toString())
          .put("nonce", nonce.hex())
          .put("parent", parentOrNull == null ? null : parentOrNull.toString())
          .build();
    }

    /** What a person sees before signing with a passkey. */
    public String shown() {
      String approval =
          allow.approve().isEmpty()
              ? ""
              : " (each time with my approval: " + list(Allowance.sorted(allow.approve())) + ")";
      return "Freehold mandate\n"
          + ("I " + issuer + "\n")
          + ("allow " + holder + "\n")
          + ("from " + issued + " until " + expires + "\n")
          + ("to do: " + list(Allowance.sorted(allow.effects())) + approval + "\n")
          + ("with models: " + list(allow.models()) + "\n")
          + ("with tools: " + list(allow.tools()) + "\n")
          + ("towards: " + list(allow.peers()) + "\n")
          + ("data up to: " + allow.classification().text())
          + ("; leaving after: " + allow.egress().text() + "\n")
          + ("at most: " + allow.answers() + " answers, " + allow.tokens())
          + (" output tokens in all, " + allow.output() + " in one answer\n")
          + (allow.unit().isEmpty()
              ? "paying: nothing\n"
              : "paying at most: " + allow.pay() + " millionths of " + allow.unit() + "\n")
          + ("passing it on: " + allow.delegate() + " times\n")
          + ("under: " + (parentOrNull == null ? "nobody" : parentOrNull) + "\n")
          + ("mandate " + digest() + "\n");
    }

    /** The challenge for a passkey: SHA-256 of {@link #shown}. */
    public Digest challenge() {
      return Digest.sha256(shown());
    }

    private static String list(List<String> names) {
      if (names.isEmpty()) {
        return "nothing";
      }
      return names.contains(Allowance.ANY) ? "anything" : String.join(", ", names);
    }
  }

  /**
   * Signs with a key.
   *
   * @throws IllegalArgumentException if the terms name another issuer, or would be too long
   */
  public static Mandate sign(Terms terms, SigningKey key) {
    if (!terms.issuer().equals(Party.of(key.nodeId()))) {
      throw new IllegalArgumentException(
          "the mandate is of " + terms.issuer() + ", the key of " + key.nodeId());
    }
    Mandate mandate = new Mandate(terms, new Proof.Key(key.sign(terms.bytes())));
    if (mandate.encode().length > LIMIT) {
      throw new IllegalArgumentException("the mandate would be longer than " + LIMIT + " bytes");
    }
    return mandate;
  }

  /** The name of the mandate; its proof is no part of it. */
  public Digest digest() {
    return terms.digest();
  }

  /** Why the owner, or a holder who passes it on, did not sign it; empty where it is signed. */
  public Optional<MandateFault> signatureFault(Owner issuer) {
    return Signed.fault(issuer, terms.issuer(), proof, terms.bytes(), terms.challenge());
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** The mandate as JSON, for embedding it elsewhere. */
  public Json.Obj toJson() {
    return terms.toJson().with("proof", proof.toJson());
  }

  /** Reads the one encoding; whether it counts is {@link MandateChain}'s to say. */
  public static Parsed<Mandate> decode(byte[] bytes) {
    try {
      Members members = new Members("the mandate", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException(
            "the format is \"" + members.string("format") + "\", not " + FORMAT);
      }
      Mandate mandate = new Mandate(terms(members), Proof.read(members.object("proof")));
      members.end();
      Members.requireSame(mandate.encode(), bytes);
      return new Parsed.Read<>(mandate);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  private static Terms terms(Members members) throws Members.MalformedException {
    Allowance allow = Allowance.read(members.object("allow"));
    Timestamp expires = members.typed("expires", Timestamp::parse);
    Party holder = members.typed("holder", Party::named);
    Timestamp issued = members.typed("issued", Timestamp::parse);
    Party issuer = members.typed("issuer", Party::named);
    Nonce nonce = members.typed("nonce", Nonce::new);
    Digest parent = members.has("parent") ? members.digest("parent") : null;
    try {
      return new Terms(allow, expires, holder, issued, issuer, nonce, parent);
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException(String.valueOf(e.getMessage()));
    }
  }
}
