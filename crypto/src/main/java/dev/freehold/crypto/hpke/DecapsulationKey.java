// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import java.security.SecureRandom;
import java.util.Optional;

/** A private key: opens what was sealed to its public half. Safe for use by many threads. */
public final class DecapsulationKey {
  private final Kem kem;
  private final byte[] bytes;
  private final Kem.Decapsulator decapsulator;
  private final EncapsulationKey publicHalf;

  private DecapsulationKey(Kem kem, byte[] bytes) {
    this.kem = kem;
    this.bytes = bytes;
    this.decapsulator = kem.decapsulator(bytes);
    this.publicHalf = new EncapsulationKey(kem, decapsulator.publicKey());
  }

  /**
   * The key of 32 bytes: an X25519 private key, or the hybrid's seed.
   *
   * @throws IllegalArgumentException if there are not exactly 32
   */
  public static DecapsulationKey of(Kem kem, byte[] bytes) {
    if (bytes.length != Kem.PRIVATE_KEY_BYTES) {
      throw new IllegalArgumentException(
          "a private key has %d bytes, this has %d".formatted(Kem.PRIVATE_KEY_BYTES, bytes.length));
    }
    return new DecapsulationKey(kem, bytes.clone());
  }

  /**
   * DeriveKeyPair: always the same key from the same key material, which must hold at least 32
   * bytes of entropy.
   *
   * @throws IllegalArgumentException if it has fewer than 32 bytes
   */
  public static DecapsulationKey derive(Kem kem, byte[] keyMaterial) {
    if (keyMaterial.length < Kem.PRIVATE_KEY_BYTES) {
      throw new IllegalArgumentException(
          "a key is derived from at least %d bytes, these are %d"
              .formatted(Kem.PRIVATE_KEY_BYTES, keyMaterial.length));
    }
    return new DecapsulationKey(kem, kem.derive(keyMaterial));
  }

  /** A fresh key. */
  public static DecapsulationKey generate(Kem kem, SecureRandom random) {
    byte[] bytes = new byte[Kem.PRIVATE_KEY_BYTES];
    random.nextBytes(bytes);
    return new DecapsulationKey(kem, bytes);
  }

  /** The KEM it is for. */
  public Kem kem() {
    return kem;
  }

  /** The public half. */
  public EncapsulationKey encapsulationKey() {
    return publicHalf;
  }

  byte[] bytes() {
    return bytes.clone();
  }

  Optional<byte[]> decapsulate(byte[] encapsulation) {
    return encapsulation.length == kem.encapsulationBytes()
        ? decapsulator.decapsulate(encapsulation.clone())
        : Optional.empty();
  }

  /** The public half only: a private key is never printed. */
  @Override
  public String toString() {
    return "private key of " + publicHalf;
  }
}
