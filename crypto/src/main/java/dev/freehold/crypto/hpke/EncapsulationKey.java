// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** A public key that has been checked: whoever has it can seal to the holder of the private key. */
public final class EncapsulationKey {
  private final Kem kem;
  private final byte[] bytes;

  EncapsulationKey(Kem kem, byte[] bytes) {
    this.kem = kem;
    this.bytes = bytes;
  }

  /**
   * Checks a foreign public key. Empty where its length is not the KEM's, its point is of small
   * order, or a coefficient of its lattice half is not below the modulus.
   */
  public static Optional<EncapsulationKey> decode(Kem kem, byte[] bytes) {
    if (bytes.length != kem.publicKeyBytes() || !kem.accepts(bytes)) {
      return Optional.empty();
    }
    return Optional.of(new EncapsulationKey(kem, bytes.clone()));
  }

  /** The KEM it is for. */
  public Kem kem() {
    return kem;
  }

  /** A copy of the encoded key. */
  public byte[] bytes() {
    return bytes.clone();
  }

  Kem.Encapsulated encapsulate(byte[] randomness) {
    return kem.encapsulate(bytes, randomness);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EncapsulationKey that
        && kem == that.kem
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The KEM, and the first eight bytes. */
  @Override
  public String toString() {
    return kem + " " + HexFormat.of().formatHex(bytes, 0, 8);
  }
}
