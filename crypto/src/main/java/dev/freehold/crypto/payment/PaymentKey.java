// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.payment;

import java.math.BigInteger;
import java.security.SecureRandom;

/**
 * A secp256k1 private key, for payments only. Signatures are deterministic (RFC 6979), so every
 * implementation gives the same bytes. Safe for use by many threads.
 */
public final class PaymentKey {
  /** Length of the secret in bytes. */
  public static final int BYTES = 32;

  private final byte[] secret;
  private final Address address;
  private final Curve curve;

  private PaymentKey(byte[] secret, Curve curve) {
    this.secret = secret;
    this.curve = curve;
    this.address = Address.of(curve.publicKey(secret), 1);
  }

  /**
   * The key of a secret.
   *
   * @throws IllegalArgumentException if it has not exactly 32 bytes, is zero, or not below the
   *     group's order
   */
  public static PaymentKey ofSecret(byte[] secret) {
    return ofSecret(secret, Curve.fastest());
  }

  static PaymentKey ofSecret(byte[] secret, Curve curve) {
    BigInteger number = new BigInteger(1, secret);
    if (secret.length != BYTES
        || number.signum() == 0
        || number.compareTo(PaymentSignature.ORDER) >= 0) {
      throw new IllegalArgumentException(
          "a secp256k1 secret is a number of 32 bytes above zero and below the group's order");
    }
    return new PaymentKey(secret.clone(), curve);
  }

  /** A fresh key. */
  public static PaymentKey generate(SecureRandom random) {
    byte[] secret = new byte[BYTES];
    while (true) {
      random.nextBytes(secret);
      BigInteger number = new BigInteger(1, secret);
      // One in 2^127 is refused.
      if (number.signum() != 0 && number.compareTo(PaymentSignature.ORDER) < 0) {
        return new PaymentKey(secret, Curve.fastest());
      }
    }
  }

  /** Signs a digest. */
  public PaymentSignature sign(Keccak256 digest) {
    byte[] hash = digest.bytes();
    byte[] compact = curve.sign(hash, secret);
    return PaymentSignature.of(compact, curve.parity(compact, hash, secret));
  }

  /** The account of this key's holder. */
  public Address address() {
    return address;
  }

  /** A copy of the secret, for the key's file. */
  byte[] secret() {
    return secret.clone();
  }

  /** The account only: a private key is never printed. */
  @Override
  public String toString() {
    return "payment key of " + address;
  }
}
