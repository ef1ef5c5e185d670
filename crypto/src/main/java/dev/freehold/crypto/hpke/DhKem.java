// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import java.util.Optional;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** DHKEM(X25519, HKDF-SHA256) of RFC 9180, section 4.1. */
final class DhKem implements Kem.Decapsulator {
  static final int BYTES = 32;

  private static final Labeled LABELED =
      new Labeled(Labeled.join(Labeled.ascii("KEM"), Labeled.two(0x0020)));
  private static final byte[] ANY_KEY = new byte[BYTES];

  private final byte[] privateKey;
  private final byte[] publicKey;

  DhKem(byte[] privateKey) {
    this.privateKey = privateKey;
    this.publicKey = publicKey(privateKey);
  }

  @Override
  public byte[] publicKey() {
    return publicKey;
  }

  @Override
  public Optional<byte[]> decapsulate(byte[] encapsulation) {
    return agree(privateKey, encapsulation, 0).map(dh -> secret(dh, encapsulation, publicKey));
  }

  static Kem.Encapsulated encapsulate(byte[] publicKey, byte[] ephemeralKey) {
    byte[] encapsulation = publicKey(ephemeralKey);
    byte[] dh = agree(ephemeralKey, publicKey, 0).orElseThrow();
    return new Kem.Encapsulated(secret(dh, encapsulation, publicKey), encapsulation);
  }

  static byte[] derive(byte[] keyMaterial) {
    byte[] key = LABELED.extract(new byte[0], "dkp_prk", keyMaterial);
    return LABELED.expand(key, "sk", new byte[0], BYTES);
  }

  /**
   * Whether the point at {@code offset} is not of small order: whether a multiple by any clamped
   * key, which all are multiples of the cofactor, differs from zero.
   */
  static boolean accepts(byte[] publicKey, int offset) {
    return agree(ANY_KEY, publicKey, offset).isPresent();
  }

  static byte[] publicKey(byte[] privateKey) {
    byte[] publicKey = new byte[BYTES];
    X25519.generatePublicKey(privateKey, 0, publicKey, 0);
    return publicKey;
  }

  /** The Diffie-Hellman secret; empty where it would be zero. */
  static Optional<byte[]> agree(byte[] privateKey, byte[] share, int offset) {
    byte[] secret = new byte[BYTES];
    return X25519.calculateAgreement(privateKey, 0, share, offset, secret, 0)
        ? Optional.of(secret)
        : Optional.empty();
  }

  private static byte[] secret(byte[] dh, byte[] encapsulation, byte[] publicKey) {
    byte[] key = LABELED.extract(new byte[0], "eae_prk", dh);
    return LABELED.expand(key, "shared_secret", Labeled.join(encapsulation, publicKey), BYTES);
  }
}
