// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.jspecify.annotations.Nullable;

/**
 * A private key of another party's kind, as openssl writes it: PKCS #8 (RFC 5958, {@code PRIVATE
 * KEY}) or SEC 1 (RFC 5915, {@code EC PRIVATE KEY}), without passphrase; Ed25519, P-256, P-384 or
 * P-521. Our own keys are in {@link KeyFile}.
 */
public final class PrivateKeyInfo {
  private final PublicKeyInfo publicKey;
  private final @Nullable SigningKey ed25519;
  private final @Nullable PrivateKey ecdsa;

  private PrivateKeyInfo(
      PublicKeyInfo publicKey, @Nullable SigningKey ed25519, @Nullable PrivateKey ecdsa) {
    this.publicKey = publicKey;
    this.ed25519 = ed25519;
    this.ecdsa = ecdsa;
  }

  /** A key of our own kind. */
  public static PrivateKeyInfo of(SigningKey key) {
    return new PrivateKeyInfo(PublicKeyInfo.of(key.verifyingKey()), key, null);
  }

  /**
   * Reads the first private key of a PEM text.
   *
   * @throws IllegalArgumentException if there is none that can be used, saying why
   */
  public static PrivateKeyInfo ofPem(String text) {
    List<Pem> blocks = Pem.parse(text);
    for (Pem block : blocks) {
      try {
        switch (block.label()) {
          case "PRIVATE KEY" -> {
            return ofPkcs8(org.bouncycastle.asn1.pkcs.PrivateKeyInfo.getInstance(block.der()));
          }
          case "EC PRIVATE KEY" -> {
            ECPrivateKey key = ECPrivateKey.getInstance(block.der());
            return ofPkcs8(
                new org.bouncycastle.asn1.pkcs.PrivateKeyInfo(
                    new AlgorithmIdentifier(
                        X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()),
                    key));
          }
          case "ENCRYPTED PRIVATE KEY" ->
              throw new IllegalArgumentException(
                  "it has a passphrase; 'openssl pkey -in FILE -out PLAIN' takes it off");
          default -> {
            // Parameters of a curve, or a certificate, may stand beside the key.
          }
        }
      } catch (IOException | RuntimeException e) {
        throw new IllegalArgumentException(
            "not a private key that can be used: " + e.getMessage(), e);
      }
    }
    throw new IllegalArgumentException(
        "there is no private key, only " + blocks.getFirst().label());
  }

  private static PrivateKeyInfo ofPkcs8(org.bouncycastle.asn1.pkcs.PrivateKeyInfo info)
      throws IOException {
    AlgorithmIdentifier algorithm = info.getPrivateKeyAlgorithm();
    if (algorithm.getAlgorithm().equals(PublicKeyInfo.ED25519_ID)) {
      return of(SigningKey.ofSeed(ASN1OctetString.getInstance(info.parsePrivateKey()).getOctets()));
    }
    if (algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      for (PublicKeyInfo.Kind kind : PublicKeyInfo.Kind.values()) {
        if (kind.ecdsa() && PublicKeyInfo.curve(kind).equals(algorithm.getParameters())) {
          return ofEcdsa(kind, info);
        }
      }
    }
    throw new IllegalArgumentException("only Ed25519, P-256, P-384 and P-521 keys can sign here");
  }

  private static PrivateKeyInfo ofEcdsa(
      PublicKeyInfo.Kind kind, org.bouncycastle.asn1.pkcs.PrivateKeyInfo info) throws IOException {
    var curve = CustomNamedCurves.getByOID(PublicKeyInfo.curve(kind));
    BigInteger secret = ECPrivateKey.getInstance(info.parsePrivateKey()).getKey();
    if (secret.signum() <= 0 || secret.compareTo(curve.getN()) >= 0) {
      throw new IllegalArgumentException("the number is not a private key of " + kind);
    }
    ECPoint point = new FixedPointCombMultiplier().multiply(curve.getG(), secret).normalize();
    try {
      PrivateKey key =
          KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
      return new PrivateKeyInfo(
          PublicKeyInfo.ofPoint(
              kind, point.getAffineXCoord().getEncoded(), point.getAffineYCoord().getEncoded()),
          null,
          key);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** The public half. */
  public PublicKeyInfo publicKey() {
    return publicKey;
  }

  /**
   * Signs a message, in the form that {@link PublicKeyInfo#verify} reads.
   *
   * @param random for ECDSA, which needs a fresh number for every signature
   */
  public byte[] sign(HashAlgorithm hash, byte[] message, SecureRandom random) {
    if (ed25519 != null) {
      return ed25519.sign(message).bytes();
    }
    try {
      java.security.Signature signer = java.security.Signature.getInstance(hash.with("ECDSA"));
      signer.initSign(ecdsa, random);
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a checked key can sign", e);
    }
  }

  /** The public half only: a private key is never printed. */
  @Override
  public String toString() {
    return "private half of " + publicKey;
  }
}
