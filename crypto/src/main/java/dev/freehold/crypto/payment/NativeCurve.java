// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.payment;

import fr.acinq.secp256k1.Secp256k1;
import fr.acinq.secp256k1.Secp256k1Exception;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.util.BigIntegers;

/** libsecp256k1. */
final class NativeCurve implements Curve {
  /** Found out when first asked for; empty where the library is not for this platform. */
  static final Optional<Curve> LOADED = load();

  private final Secp256k1 library;

  private NativeCurve(Secp256k1 library) {
    this.library = library;
  }

  private static Optional<Curve> load() {
    try {
      return Optional.of(new NativeCurve(Secp256k1.get()));
    } catch (LinkageError | RuntimeException e) {
      // Not on the class path, or not for this platform: BouncyCastle computes.
      return Optional.empty();
    }
  }

  @Override
  public byte[] publicKey(byte[] secret) {
    return library.pubkeyCreate(secret);
  }

  @Override
  public byte[] sign(byte[] hash, byte[] secret) {
    return library.sign(hash, secret, null);
  }

  /**
   * The signature's point is kG with k = (z + rd) / s; whether its ordinate is odd is the answer. A
   * recovery would cost three times as much. Only s, which is public, is computed with here; the
   * secret stays within the library, whose time does not depend on it.
   */
  @Override
  public int parity(byte[] compact, byte[] hash, byte[] secret) {
    byte[] r = Arrays.copyOf(compact, 32);
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(compact, 32, 64));
    BigInteger z = new BigInteger(1, hash).mod(PaymentSignature.ORDER);
    byte[] nonce = library.privKeyTweakMul(secret.clone(), r);
    if (z.signum() != 0) {
      nonce = library.privKeyTweakAdd(nonce, BigIntegers.asUnsignedByteArray(32, z));
    }
    byte[] inverse =
        BigIntegers.asUnsignedByteArray(
            32, BigIntegers.modOddInverseVar(PaymentSignature.ORDER, s));
    byte[] point = library.pubkeyCreate(library.privKeyTweakMul(nonce, inverse));
    return point[64] & 1;
  }

  @Override
  public Optional<byte[]> recover(byte[] compact, byte[] hash, int parity) {
    try {
      return Optional.of(library.ecdsaRecover(compact, hash, parity));
    } catch (Secp256k1Exception e) {
      return Optional.empty();
    }
  }
}
