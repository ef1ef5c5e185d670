// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.payment;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * An ECDSA signature on secp256k1 from which its signer can be recovered, not yet believed: r and s
 * of 32 bytes each, and which of two keys it was. Only the one of two equivalent forms whose s lies
 * in the lower half of the group's order can be held (EIP-2).
 */
public final class PaymentSignature {
  /** Length of a signature in bytes. */
  public static final int BYTES = 65;

  static final BigInteger ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

  private final byte[] compact;
  private final int parity;

  private PaymentSignature(byte[] compact, int parity) {
    this.compact = compact;
    this.parity = parity;
  }

  static PaymentSignature of(byte[] compact, int parity) {
    return new PaymentSignature(compact, parity);
  }

  /**
   * Reads r ‖ s ‖ v, where v is 27 or 28; empty for everything else: r or s zero or not below the
   * order, s in the upper half, another v.
   */
  public static Optional<PaymentSignature> decode(byte[] bytes) {
    if (bytes.length != BYTES || (bytes[64] != 27 && bytes[64] != 28)) {
      return Optional.empty();
    }
    BigInteger r = new BigInteger(1, Arrays.copyOf(bytes, 32));
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(bytes, 32, 64));
    if (r.signum() == 0
        || r.compareTo(ORDER) >= 0
        || s.signum() == 0
        || s.compareTo(ORDER.shiftRight(1)) > 0) {
      return Optional.empty();
    }
    return Optional.of(new PaymentSignature(Arrays.copyOf(bytes, 64), bytes[64] - 27));
  }

  /** Reads {@link #toString}; empty for everything else. */
  public static Optional<PaymentSignature> parse(String text) {
    return text.matches("0x[0-9a-f]{" + 2 * BYTES + "}")
        ? decode(HexFormat.of().parseHex(text, 2, text.length()))
        : Optional.empty();
  }

  /** Who signed this digest; empty where nobody can have. */
  public Optional<Address> signer(Keccak256 digest) {
    return Curve.fastest().recover(compact, digest.bytes(), parity).map(key -> Address.of(key, 1));
  }

  /** r and s: 64 bytes. */
  public byte[] compact() {
    return compact.clone();
  }

  /** Which of two keys signed: 0 or 1. */
  public int parity() {
    return parity;
  }

  /** What {@link #decode} reads. */
  public byte[] bytes() {
    byte[] bytes = Arrays.copyOf(compact, BYTES);
    bytes[64] = (byte) (27 + parity);
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PaymentSignature that
        && parity == that.parity
        && Arrays.equals(compact, that.compact);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(compact) + parity;
  }

  /** {@code 0x} and 130 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return "0x" + HexFormat.of().formatHex(bytes());
  }
}
