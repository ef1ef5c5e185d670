// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.crypto.HashAlgorithm;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * What a passkey's authenticator gave for a challenge (WebAuthn Level 3, sections 5.8.1 and 6.1).
 * Not yet believed.
 */
public final class Assertion {
  private static final int CLIENT_LIMIT = 4096;
  private static final int AUTHENTICATOR_BYTES = 37;
  private static final int USER_PRESENT = 0x01;
  private static final int USER_VERIFIED = 0x04;
  private static final int BACKUP_ELIGIBLE = 0x08;
  private static final int BACKED_UP = 0x10;
  private static final int KNOWN = USER_PRESENT | USER_VERIFIED | BACKUP_ELIGIBLE | BACKED_UP;
  private static final BigInteger P256_ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private final byte[] authenticatorData;
  private final byte[] clientDataJson;
  private final byte[] signature;

  /** Copies the three parts. */
  public Assertion(byte[] authenticatorData, byte[] clientDataJson, byte[] signature) {
    this.authenticatorData = authenticatorData.clone();
    this.clientDataJson = clientDataJson.clone();
    this.signature = signature.clone();
  }

  /** A copy of the authenticator's data. */
  public byte[] authenticatorData() {
    return authenticatorData.clone();
  }

  /** A copy of the browser's data. */
  public byte[] clientDataJson() {
    return clientDataJson.clone();
  }

  /** A copy of the signature. */
  public byte[] signature() {
    return signature.clone();
  }

  /** The authenticator's counter; 0 where there is none. */
  public long counter() {
    return authenticatorData.length < AUTHENTICATOR_BYTES
        ? 0
        : Integer.toUnsignedLong(ByteBuffer.wrap(authenticatorData).getInt(33));
  }

  /** Why it does not answer the challenge; empty where it does. */
  Optional<MandateFault> fault(PublicKeyInfo key, Owner.Passkey trusted, Digest challenge) {
    return client(trusted, challenge)
        .or(() -> authenticator(trusted))
        .or(
            () ->
                signed(key)
                    ? Optional.empty()
                    : fault(MandateFault.Kind.SIGNATURE, "the passkey did not sign this"));
  }

  private Optional<MandateFault> client(Owner.Passkey trusted, Digest challenge) {
    if (clientDataJson.length > CLIENT_LIMIT) {
      return fault(MandateFault.Kind.CLIENT_DATA, "clientDataJSON is longer than 4096 bytes");
    }
    Json.Obj client;
    try {
      if (!(Json.parse(clientDataJson) instanceof Json.Obj object)) {
        return fault(MandateFault.Kind.CLIENT_DATA, "clientDataJSON is not an object");
      }
      client = object;
    } catch (JsonException e) {
      return fault(MandateFault.Kind.CLIENT_DATA, "clientDataJSON: " + e.getMessage());
    }
    if (!text(client, "type").equals("webauthn.get")) {
      return fault(MandateFault.Kind.CLIENT_DATA, "type is not webauthn.get");
    }
    String due = Base64.getUrlEncoder().withoutPadding().encodeToString(challenge.bytes());
    if (!text(client, "challenge").equals(due)) {
      return fault(
          MandateFault.Kind.CHALLENGE, "the challenge is not the digest of what was to be shown");
    }
    String origin = text(client, "origin");
    if (!trusted.origins().contains(origin)) {
      return fault(
          MandateFault.Kind.ORIGIN, "it was given to '" + origin + "', which is not trusted");
    }
    if (client.get("topOrigin").isPresent()
        || client.get("crossOrigin").filter(Json.of(false)::equals).isEmpty()) {
      return fault(MandateFault.Kind.ORIGIN, "it was given inside another site's page");
    }
    String beginning =
        "{\"type\":\"webauthn.get\",\"challenge\":\""
            + due
            + "\",\"origin\":\""
            + origin
            + "\",\"crossOrigin\":false";
    String all = new String(clientDataJson, StandardCharsets.UTF_8);
    if (!all.startsWith(beginning + "}") && !all.startsWith(beginning + ",")) {
      return fault(
          MandateFault.Kind.CLIENT_DATA, "clientDataJSON is not serialised as browsers do it");
    }
    return Optional.empty();
  }

  private Optional<MandateFault> authenticator(Owner.Passkey trusted) {
    if (authenticatorData.length != AUTHENTICATOR_BYTES) {
      return fault(
          MandateFault.Kind.AUTHENTICATOR_DATA,
          "authenticatorData has " + authenticatorData.length + " bytes, not 37");
    }
    byte[] rp = Digest.sha256(trusted.relyingParty()).bytes();
    if (!Arrays.equals(authenticatorData, 0, 32, rp, 0, 32)) {
      return fault(MandateFault.Kind.RELYING_PARTY, "it was given for another relying party");
    }
    int flags = authenticatorData[32];
    if ((flags & USER_PRESENT) == 0) {
      return fault(MandateFault.Kind.FLAGS, "nobody was present");
    }
    if ((flags & USER_VERIFIED) == 0) {
      return fault(MandateFault.Kind.FLAGS, "the person was not verified");
    }
    if ((flags & ~KNOWN & 0xff) != 0) {
      return fault(
          MandateFault.Kind.FLAGS, "flags of attested data, extensions or nothing known are set");
    }
    if ((flags & BACKED_UP) != 0 && (flags & BACKUP_ELIGIBLE) == 0) {
      return fault(MandateFault.Kind.FLAGS, "it is backed up, but not eligible for it");
    }
    if (counter() <= trusted.counter() && (counter() != 0 || trusted.counter() != 0)) {
      return fault(
          MandateFault.Kind.COUNTER,
          "the counter is "
              + counter()
              + ", and was "
              + trusted.counter()
              + " before: the passkey may have been copied");
    }
    return Optional.empty();
  }

  private boolean signed(PublicKeyInfo key) {
    byte[] client = Digest.sha256(clientDataJson).bytes();
    byte[] message = Arrays.copyOf(authenticatorData, authenticatorData.length + client.length);
    System.arraycopy(client, 0, message, authenticatorData.length, client.length);
    return switch (key.kind()) {
      case ED25519 -> key.verifyEdDsa(message, signature);
      case P256 -> strictDer(signature) && key.verify(HashAlgorithm.SHA_256, message, signature);
      case ED448, P384, P521, RSA -> false;
    };
  }

  /** Whether this is a DER sequence of two integers from 1 to n - 1, and nothing else. */
  static boolean strictDer(byte[] der) {
    ByteBuffer in = ByteBuffer.wrap(der);
    if (der.length < 8 || der.length > 72 || in.get() != 0x30 || in.get() != der.length - 2) {
      return false;
    }
    for (int i = 0; i < 2; i++) {
      if (in.remaining() < 3 || in.get() != 0x02) {
        return false;
      }
      int length = in.get();
      if (length < 1 || length > in.remaining()) {
        return false;
      }
      byte[] bytes = new byte[length];
      in.get(bytes);
      BigInteger value = new BigInteger(bytes);
      if (value.signum() <= 0
          || value.compareTo(P256_ORDER) >= 0
          || value.toByteArray().length != length) {
        return false;
      }
    }
    return !in.hasRemaining();
  }

  private static String text(Json.Obj in, String name) {
    return in.get(name).orElse(Json.Null.VALUE) instanceof Json.Str(String text) ? text : "";
  }

  private static Optional<MandateFault> fault(MandateFault.Kind kind, String reason) {
    return Optional.of(new MandateFault(kind, reason));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Assertion that
        && Arrays.equals(authenticatorData, that.authenticatorData)
        && Arrays.equals(clientDataJson, that.clientDataJson)
        && Arrays.equals(signature, that.signature);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(signature);
  }
}
