// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.math.BigInteger;

/** A point of edwards25519 in plain affine arithmetic (RFC 8032, section 5.1): slow and simple. */
record EdwardsPoint(BigInteger x, BigInteger y) {
  private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger D =
      BigInteger.valueOf(-121665).multiply(BigInteger.valueOf(121666).modInverse(P)).mod(P);

  static EdwardsPoint decode(byte[] encoded) {
    byte[] big = new byte[32];
    for (int i = 0; i < 32; i++) {
      big[31 - i] = encoded[i];
    }
    boolean odd = (big[0] & 0x80) != 0;
    big[0] &= 0x7f;
    BigInteger y = new BigInteger(1, big);
    BigInteger square = y.multiply(y).mod(P);
    BigInteger quotient =
        square
            .subtract(BigInteger.ONE)
            .multiply(D.multiply(square).add(BigInteger.ONE).modInverse(P))
            .mod(P);
    BigInteger x = quotient.modPow(P.add(BigInteger.valueOf(3)).divide(BigInteger.valueOf(8)), P);
    if (!x.multiply(x).mod(P).equals(quotient)) {
      BigInteger root = BigInteger.TWO.modPow(P.subtract(BigInteger.ONE).shiftRight(2), P);
      x = x.multiply(root).mod(P);
    }
    return new EdwardsPoint(x.testBit(0) == odd ? x : P.subtract(x).mod(P), y);
  }

  EdwardsPoint plus(EdwardsPoint other) {
    BigInteger crossed = x.multiply(other.y).add(y.multiply(other.x)).mod(P);
    BigInteger straight = y.multiply(other.y).add(x.multiply(other.x)).mod(P);
    BigInteger product =
        D.multiply(x).multiply(other.x).mod(P).multiply(y).multiply(other.y).mod(P);
    return new EdwardsPoint(
        crossed.multiply(BigInteger.ONE.add(product).modInverse(P)).mod(P),
        straight.multiply(BigInteger.ONE.subtract(product).modInverse(P)).mod(P));
  }

  byte[] encode() {
    byte[] encoded = new byte[32];
    byte[] big = y.toByteArray();
    for (int i = 0; i < 32 && i < big.length; i++) {
      encoded[i] = big[big.length - 1 - i];
    }
    if (x.testBit(0)) {
      encoded[31] |= (byte) 0x80;
    }
    return encoded;
  }
}
