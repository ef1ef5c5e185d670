// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.crypto.Signature;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import java.util.Arrays;
import java.util.Base64;

/** How an issuer signed: with a key, or with a passkey. Not yet believed. */
public sealed interface Proof {

  /**
   * A signature over the bytes of the record.
   *
   * @param signature Ed25519
   */
  record Key(Signature signature) implements Proof {}

  /**
   * A WebAuthn assertion whose challenge is the digest of what was shown.
   *
   * @param assertion as the browser gave it
   */
  record Passkey(Assertion assertion) implements Proof {}

  /** As {@code proof} of a record. */
  default Json.Obj toJson() {
    return switch (this) {
      case Key(Signature signature) ->
          Json.object().put("kind", "ed25519").put("signature", signature.toString()).build();
      case Passkey(Assertion assertion) ->
          Json.object()
              .put("authenticator", base64(assertion.authenticatorData()))
              .put("client", base64(assertion.clientDataJson()))
              .put("kind", "passkey")
              .put("signature", base64(assertion.signature()))
              .build();
    };
  }

  /** Reads {@link #toJson}. */
  static Proof read(Members members) throws Members.MalformedException {
    String kind = members.string("kind");
    Proof proof =
        switch (kind) {
          case "ed25519" -> new Key(members.typed("signature", Signature::parse));
          case "passkey" ->
              new Passkey(
                  new Assertion(
                      members.typed("authenticator", Proof::bytes),
                      members.typed("client", Proof::bytes),
                      members.typed("signature", Proof::bytes)));
          default ->
              throw new Members.MalformedException(
                  "a proof is of kind ed25519 or passkey, this is \"" + kind + "\"");
        };
    members.end();
    return proof;
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] bytes(String text) {
    byte[] bytes = Base64.getUrlDecoder().decode(text);
    if (!base64(bytes).equals(text)) {
      throw new IllegalArgumentException("base64url without padding or stray bits is due");
    }
    return Arrays.copyOf(bytes, bytes.length);
  }
}
