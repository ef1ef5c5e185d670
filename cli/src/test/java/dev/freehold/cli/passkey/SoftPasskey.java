// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.passkey;

import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.evidence.mandate.Assertion;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Proof;
import dev.freehold.record.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.Set;

/** An authenticator and its browser, without either: as PasskeyTest in evidence has them. */
final class SoftPasskey {
  private final KeyPair pair;
  private final String algorithm;

  private SoftPasskey(KeyPair pair, String algorithm) {
    this.pair = pair;
    this.algorithm = algorithm;
  }

  static SoftPasskey es256() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return new SoftPasskey(generator.generateKeyPair(), "SHA256withECDSA");
  }

  static SoftPasskey edDsa() throws GeneralSecurityException {
    return new SoftPasskey(KeyPairGenerator.getInstance("Ed25519").generateKeyPair(), "Ed25519");
  }

  byte[] publicKey() {
    return pair.getPublic().getEncoded();
  }

  Owner owner(String origin) {
    return new Owner(
        Party.of(PublicKeyInfo.decode(publicKey())).orElseThrow(),
        new Owner.Passkey("localhost", Set.of(origin), 0));
  }

  Proof sign(String shown, String origin) throws GeneralSecurityException {
    String challenge =
        Base64.getUrlEncoder().withoutPadding().encodeToString(Digest.sha256(shown).bytes());
    String client =
        "{\"type\":\"webauthn.get\",\"challenge\":\"%s\",\"origin\":\"%s\",\"crossOrigin\":false}"
            .formatted(challenge, origin);
    byte[] clientData = client.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream authenticator = new ByteArrayOutputStream();
    authenticator.writeBytes(Digest.sha256("localhost").bytes());
    // Present and verified; the counter is 1.
    authenticator.writeBytes(new byte[] {5, 0, 0, 0, 1});
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(pair.getPrivate());
    signature.update(authenticator.toByteArray());
    signature.update(Digest.sha256(clientData).bytes());
    return new Proof.Passkey(
        new Assertion(authenticator.toByteArray(), clientData, signature.sign()));
  }
}
