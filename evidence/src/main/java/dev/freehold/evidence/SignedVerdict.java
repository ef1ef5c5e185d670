// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What somebody found when checking a file (docs/formats/verdict.md). Without reasons, which may
 * quote what was checked. Not yet believed.
 *
 * @param terms what is signed
 * @param signature the verifier's
 */
public record SignedVerdict(Terms terms, Signature signature) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-verdict/1";

  /** The longest verdict in bytes. */
  public static final int LIMIT = 1 << 14;

  private static final int MOST_CLAIMS = 32;

  /** What came of a claim, or of all of them. */
  public enum Finding {
    /** Checked, and it holds. */
    VALID("Valid"),
    /** Checked, and it does not hold. */
    INVALID("Invalid"),
    /** It could not be checked. */
    UNDECIDABLE("Undecidable");

    private final String word;

    Finding(String word) {
      this.word = word;
    }

    /** As it is written. */
    public String word() {
      return word;
    }

    /**
     * Reads {@link #word}.
     *
     * @throws IllegalArgumentException for every other text
     */
    public static Finding parse(String word) {
      for (Finding finding : values()) {
        if (finding.word.equals(word)) {
          return finding;
        }
      }
      throw new IllegalArgumentException("a verdict is Valid, Invalid or Undecidable");
    }
  }

  /**
   * What is signed.
   *
   * @param checked when
   * @param claims what came of each
   * @param receiptOrNull the receipt that the file tells of
   * @param subject digest of the file
   * @param verdict of all claims together
   * @param verifier who checked
   */
  public record Terms(
      Timestamp checked,
      Map<String, Finding> claims,
      @Nullable ReceiptId receiptOrNull,
      Digest subject,
      Finding verdict,
      NodeId verifier) {
    /**
     * Sorts the claims.
     *
     * @throws IllegalArgumentException if there is none, too many, or one with another name
     */
    public Terms {
      claims = Collections.unmodifiableMap(new TreeMap<>(claims));
      if (claims.isEmpty()
          || claims.size() > MOST_CLAIMS
          || !claims.keySet().stream().allMatch(name -> name.matches("[a-z-]{1,32}"))) {
        throw new IllegalArgumentException(
            "a verdict has 1 to 32 claims of 1 to 32 lower-case letters each");
      }
    }

    private Json.Obj toJson() {
      Json.Builder found = Json.object();
      claims.forEach((claim, finding) -> found.put(claim, finding.word()));
      Json.Builder out =
          Json.object()
              .put("checked", checked.toString())
              .put("claims", found.build())
              .put("format", FORMAT);
      if (receiptOrNull != null) {
        out.put("receipt", receiptOrNull.text());
      }
      return out.put("subject", subject.toString())
          .put("verdict", verdict.word())
          .put("verifier", verifier.toString())
          .build();
    }
  }

  /**
   * Signs.
   *
   * @throws IllegalArgumentException if the key is not the verifier's
   */
  public static SignedVerdict sign(Terms terms, SigningKey key) {
    if (!terms.verifier().equals(key.nodeId())) {
      throw new IllegalArgumentException("a verdict is signed by the verifier that it names");
    }
    return new SignedVerdict(terms, key.sign(CanonicalJson.bytes(terms.toJson())));
  }

  /** Whether the verifier that it names signed it. */
  public boolean signed() {
    return terms.verifier().key().verify(CanonicalJson.bytes(terms.toJson()), signature);
  }

  /** The receipt that the file tells of. */
  public Optional<ReceiptId> receipt() {
    return Optional.ofNullable(terms.receiptOrNull());
  }

  /** The verdict as JSON, for embedding it elsewhere. */
  public Json.Obj toJson() {
    return terms.toJson().with("signature", Json.of(signature.toString()));
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** Reads the one encoding. */
  public static Parsed<SignedVerdict> decode(byte[] bytes) {
    try {
      Members members = new Members("the verdict", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException(
            "the format is \"" + members.string("format") + "\", not " + FORMAT);
      }
      Map<String, Finding> claims = new TreeMap<>();
      Members found = members.object("claims");
      for (String claim : members.members("claims").members().keySet()) {
        claims.put(claim, found.typed(claim, Finding::parse));
      }
      SignedVerdict verdict =
          new SignedVerdict(
              terms(
                  members.typed("checked", Timestamp::parse),
                  claims,
                  members.has("receipt") ? members.typed("receipt", ReceiptId::new) : null,
                  members.digest("subject"),
                  members.typed("verdict", Finding::parse),
                  members.typed("verifier", SignedVerdict::verifier)),
              members.typed("signature", Signature::parse));
      members.end();
      Members.requireSame(verdict.encode(), bytes);
      return new Parsed.Read<>(verdict);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  private static Terms terms(
      Timestamp checked,
      Map<String, Finding> claims,
      @Nullable ReceiptId receipt,
      Digest subject,
      Finding verdict,
      NodeId verifier)
      throws Members.MalformedException {
    try {
      return new Terms(checked, claims, receipt, subject, verdict, verifier);
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException(String.valueOf(e.getMessage()));
    }
  }

  private static NodeId verifier(String name) {
    return NodeId.parse(name)
        .orElseThrow(() -> new IllegalArgumentException("not a did:key of an Ed25519 key"));
  }
}
