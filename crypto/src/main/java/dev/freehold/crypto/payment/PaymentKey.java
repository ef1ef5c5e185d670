// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.payment;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A secp256k1 private key, for payments only. Signatures are deterministic (RFC 6979), so every
 * implementation gives the same bytes. Safe for use by many threads.
 */
public final class PaymentKey {
  /** Length of the secret in bytes. */
  public static final int BYTES = 32;

  private final byte[] secret;
  private final byte[] publicKey;
  private final Address address;
  private final Curve curve;

  private PaymentKey(byte[] secret, Curve curve) {
    this.secret = secret;
    this.curve = curve;
    this.publicKey = curve.publicKey(secret);
    this.address = Address.of(publicKey, 1);
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
    // The signature does not say which of two keys it is of; ours is tried.
    int parity =
        curve.recover(compact, hash, 0).filter(key -> Arrays.equals(key, publicKey)).isPresent()
            ? 0
            : 1;
    return PaymentSignature.of(compact, parity);
  }

  /** The account of this key's holder. */
  public Address address() {
    return address;
  }

  /** The account only: a private key is never printed. */
  @Override
  public String toString() {
    return "payment key of " + address;
  }
}
