// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.payment;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/** BouncyCastle's secp256k1. */
final class PortableCurve implements Curve {
  static final Curve INSTANCE = new PortableCurve();

  private static final X9ECParameters PARAMETERS = CustomNamedCurves.getByName("secp256k1");
  private static final ECDomainParameters DOMAIN =
      new ECDomainParameters(
          PARAMETERS.getCurve(), PARAMETERS.getG(), PARAMETERS.getN(), PARAMETERS.getH());

  private PortableCurve() {}

  @Override
  public byte[] publicKey(byte[] secret) {
    return new FixedPointCombMultiplier()
        .multiply(DOMAIN.getG(), new BigInteger(1, secret))
        .normalize()
        .getEncoded(false);
  }

  @Override
  public byte[] sign(byte[] hash, byte[] secret) {
    ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
    signer.init(true, new ECPrivateKeyParameters(new BigInteger(1, secret), DOMAIN));
    BigInteger[] rs = signer.generateSignature(hash);
    BigInteger s =
        rs[1].compareTo(DOMAIN.getN().shiftRight(1)) > 0 ? DOMAIN.getN().subtract(rs[1]) : rs[1];
    byte[] compact = new byte[64];
    BigIntegers.asUnsignedByteArray(rs[0], compact, 0, 32);
    BigIntegers.asUnsignedByteArray(s, compact, 32, 32);
    return compact;
  }

  @Override
  public int parity(byte[] compact, byte[] hash, byte[] secret) {
    byte[] key = publicKey(secret);
    return recover(compact, hash, 0).filter(first -> Arrays.equals(first, key)).isPresent() ? 0 : 1;
  }

  /** SEC 1, section 4.1.6, for the two points whose abscissa is r itself. */
  @Override
  public Optional<byte[]> recover(byte[] compact, byte[] hash, int parity) {
    byte[] encoded = new byte[33];
    encoded[0] = (byte) (2 + parity);
    System.arraycopy(compact, 0, encoded, 1, 32);
    ECPoint point;
    try {
      point = DOMAIN.getCurve().decodePoint(encoded);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    BigInteger order = DOMAIN.getN();
    BigInteger inverse =
        BigIntegers.modOddInverseVar(order, new BigInteger(1, Arrays.copyOf(compact, 32)));
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(compact, 32, 64));
    BigInteger z = new BigInteger(1, hash);
    ECPoint key =
        ECAlgorithms.sumOfTwoMultiplies(
                DOMAIN.getG(),
                z.negate().multiply(inverse).mod(order),
                point,
                s.multiply(inverse).mod(order))
            .normalize();
    return key.isInfinity() ? Optional.empty() : Optional.of(key.getEncoded(false));
  }
}
