// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPublicKeyParameters;
import org.bouncycastle.crypto.signers.MLDSASigner;

/** An ML-DSA-44 public key (FIPS 204). Every string of the right length is one. */
public final class MlDsa44VerifyingKey {
  /** Length of a public key in bytes. */
  public static final int BYTES = 1312;

  /** Length of a signature in bytes. */
  public static final int SIGNATURE_BYTES = 2420;

  private final byte[] bytes;

  MlDsa44VerifyingKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Wraps a foreign public key. Empty where it has not {@value #BYTES} bytes. */
  public static Optional<MlDsa44VerifyingKey> decode(byte[] bytes) {
    return bytes.length == BYTES
        ? Optional.of(new MlDsa44VerifyingKey(bytes.clone()))
        : Optional.empty();
  }

  /** Whether these bytes are this key's signature of the message, with an empty context. */
  public boolean verify(byte[] message, byte[] signature) {
    if (signature.length != SIGNATURE_BYTES) {
      return false;
    }
    MLDSASigner verifier = new MLDSASigner();
    verifier.init(false, new MLDSAPublicKeyParameters(MLDSAParameters.ml_dsa_44, bytes));
    verifier.update(message, 0, message.length);
    return verifier.verifySignature(signature);
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MlDsa44VerifyingKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
