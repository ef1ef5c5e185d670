// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.security.SecureRandom;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPrivateKeyParameters;
import org.bouncycastle.crypto.signers.MLDSASigner;

/**
 * An ML-DSA-44 private key (FIPS 204): a seed of 32 bytes. It signs in the deterministic variant
 * with an empty context, so one message has one signature. Safe for use by many threads.
 */
public final class MlDsa44SigningKey {
  /** Length of the seed in bytes. */
  public static final int SEED_BYTES = 32;

  private final MLDSAPrivateKeyParameters key;
  private final MlDsa44VerifyingKey verifyingKey;

  private MlDsa44SigningKey(byte[] seed) {
    this.key = new MLDSAPrivateKeyParameters(MLDSAParameters.ml_dsa_44, seed);
    this.verifyingKey = new MlDsa44VerifyingKey(key.getPublicKey());
  }

  /**
   * The key of a seed.
   *
   * @throws IllegalArgumentException if the seed has not exactly 32 bytes
   */
  public static MlDsa44SigningKey ofSeed(byte[] seed) {
    if (seed.length != SEED_BYTES) {
      throw new IllegalArgumentException("an ML-DSA seed has 32 bytes, this has " + seed.length);
    }
    return new MlDsa44SigningKey(seed.clone());
  }

  /** A fresh key. */
  public static MlDsa44SigningKey generate(SecureRandom random) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return new MlDsa44SigningKey(seed);
  }

  /** Signs a message: {@value MlDsa44VerifyingKey#SIGNATURE_BYTES} bytes. */
  public byte[] sign(byte[] message) {
    MLDSASigner signer = new MLDSASigner();
    signer.init(true, key);
    signer.update(message, 0, message.length);
    try {
      return signer.generateSignature();
    } catch (CryptoException e) {
      throw new IllegalStateException("ML-DSA cannot sign", e);
    }
  }

  /** The public half. */
  public MlDsa44VerifyingKey verifyingKey() {
    return verifyingKey;
  }

  /** Never the key itself: a private key is never printed. */
  @Override
  public String toString() {
    return "an ML-DSA-44 signing key";
  }
}
