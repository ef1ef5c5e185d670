// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;

/**
 * What a gateway writes down of a chain of mandates that does not count (docs/formats/mandate.md).
 * Not yet believed.
 *
 * @param terms what was refused, and why
 * @param gateway who refused
 * @param signature the gateway's
 */
public record Refusal(Terms terms, NodeId gateway, Signature signature) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-refusal/1";

  /** The longest refusal in bytes. */
  public static final int LIMIT = 1 << 14;

  private static final int DEEPEST = 1000;
  private static final int LONGEST_REASON = 4000;

  /**
   * What was refused, and why.
   *
   * @param chain SHA-256 of the whole chain as a file
   * @param mandate the mandate that does not count
   * @param at its place in the chain, the owner's being 0
   * @param fault what is wrong with it
   * @param refused when
   */
  public record Terms(Digest chain, Digest mandate, int at, MandateFault fault, Timestamp refused) {
    /**
     * Checks the place, and that there is a reason.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public Terms {
      if (at < 0 || at > DEEPEST) {
        throw new IllegalArgumentException("a place in a chain is from 0 to " + DEEPEST);
      }
      if (fault.kind() == MandateFault.Kind.NONE) {
        throw new IllegalArgumentException("where there is no mandate, none is refused");
      }
      int length = fault.reason().length();
      if (length < 1 || length > LONGEST_REASON) {
        throw new IllegalArgumentException("a reason has 1 to " + LONGEST_REASON + " characters");
      }
    }

    /** Of a chain that was presented, and that has this place. */
    public static Terms of(MandateChain chain, MandateFault fault, int at, Timestamp refused) {
      String reason = fault.reason();
      return new Terms(
          Digest.sha256(chain.encode()),
          chain.mandates().get(at).digest(),
          at,
          new MandateFault(
              fault.kind(), reason.substring(0, Math.min(reason.length(), LONGEST_REASON))),
          refused);
    }
  }

  /** Signs with the gateway's key. */
  public static Refusal sign(Terms terms, SigningKey key) {
    return new Refusal(terms, key.nodeId(), key.sign(bytes(terms, key.nodeId())));
  }

  /** Whether the gateway named in it signed it. */
  public boolean signed() {
    return gateway.key().verify(bytes(terms, gateway), signature);
  }

  private static byte[] bytes(Terms terms, NodeId gateway) {
    return CanonicalJson.bytes(unsigned(terms, gateway));
  }

  private static Json.Obj unsigned(Terms terms, NodeId gateway) {
    return Json.object()
        .put("at", terms.at())
        .put("chain", terms.chain().toString())
        .put("fault", terms.fault().kind().text())
        .put("format", FORMAT)
        .put("gateway", gateway.toString())
        .put("mandate", terms.mandate().toString())
        .put("reason", terms.fault().reason())
        .put("refused", terms.refused().toString())
        .build();
  }

  /** The record as JSON: what the entry holds. */
  public Json.Obj toJson() {
    return unsigned(terms, gateway).with("signature", Json.of(signature.toString()));
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** Reads the one encoding. */
  public static Parsed<Refusal> decode(byte[] bytes) {
    try {
      Members members = new Members("the refusal", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException(
            "the format is \"" + members.string("format") + "\", not " + FORMAT);
      }
      Refusal refusal =
          new Refusal(
              terms(members),
              members.typed("gateway", Refusal::named),
              members.typed("signature", Signature::parse));
      members.end();
      Members.requireSame(refusal.encode(), bytes);
      return new Parsed.Read<>(refusal);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  private static Terms terms(Members members) throws Members.MalformedException {
    if (!(members.value("at") instanceof Json.Num at)
        || !at.integral()
        || at.value() < 0
        || at.value() > DEEPEST) {
      throw new Members.MalformedException("\"at\" is not a whole number from 0 to " + DEEPEST);
    }
    MandateFault fault =
        new MandateFault(
            members.typed("fault", MandateFault.Kind::parse), members.string("reason"));
    Digest chain = members.digest("chain");
    Digest mandate = members.digest("mandate");
    Timestamp refused = members.typed("refused", Timestamp::parse);
    try {
      return new Terms(chain, mandate, (int) at.value(), fault, refused);
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException(String.valueOf(e.getMessage()));
    }
  }

  private static NodeId named(String name) {
    return NodeId.parse(name)
        .orElseThrow(() -> new IllegalArgumentException("not a did:key of an Ed25519 key"));
  }
}
