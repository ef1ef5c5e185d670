// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import java.security.SecureRandom;
import java.util.Optional;

/** The key encapsulation mechanisms that this house speaks. */
public enum Kem {
  /** DHKEM(X25519, HKDF-SHA256): RFC 9180, section 7.1. */
  X25519(0x0020, DhKem.BYTES, DhKem.BYTES, DhKem.BYTES) {
    @Override
    boolean accepts(byte[] publicKey) {
      return DhKem.accepts(publicKey, 0);
    }

    @Override
    byte[] derive(byte[] keyMaterial) {
      return DhKem.derive(keyMaterial);
    }

    @Override
    Decapsulator decapsulator(byte[] privateKey) {
      return new DhKem(privateKey);
    }

    @Override
    Encapsulated encapsulate(byte[] publicKey, byte[] randomness) {
      return DhKem.encapsulate(publicKey, randomness);
    }
  },

  /** ML-KEM-768 and X25519 together: broken only if both are. Draft-ietf-hpke-pq-05. */
  MLKEM768_X25519(
      0x647a,
      HybridKem.PUBLIC_KEY_BYTES,
      HybridKem.ENCAPSULATION_BYTES,
      HybridKem.RANDOMNESS_BYTES) {
    @Override
    boolean accepts(byte[] publicKey) {
      return HybridKem.accepts(publicKey);
    }

    @Override
    byte[] derive(byte[] keyMaterial) {
      return HybridKem.derive(keyMaterial);
    }

    @Override
    Decapsulator decapsulator(byte[] privateKey) {
      return new HybridKem(privateKey);
    }

    @Override
    Encapsulated encapsulate(byte[] publicKey, byte[] randomness) {
      return HybridKem.encapsulate(publicKey, randomness);
    }
  };

  /** Length of every private key. */
  public static final int PRIVATE_KEY_BYTES = 32;

  private final int id;
  private final int publicKeyBytes;
  private final int encapsulationBytes;
  private final int randomnessBytes;

  Kem(int id, int publicKeyBytes, int encapsulationBytes, int randomnessBytes) {
    this.id = id;
    this.publicKeyBytes = publicKeyBytes;
    this.encapsulationBytes = encapsulationBytes;
    this.randomnessBytes = randomnessBytes;
  }

  /** The registered number (RFC 9180, section 7.1). */
  public int id() {
    return id;
  }

  /** Length of an encoded public key. */
  public int publicKeyBytes() {
    return publicKeyBytes;
  }

  /** Length of {@code enc}. */
  public int encapsulationBytes() {
    return encapsulationBytes;
  }

  byte[] randomness(SecureRandom random) {
    byte[] bytes = new byte[randomnessBytes];
    random.nextBytes(bytes);
    return bytes;
  }

  abstract boolean accepts(byte[] publicKey);

  abstract byte[] derive(byte[] keyMaterial);

  abstract Decapsulator decapsulator(byte[] privateKey);

  abstract Encapsulated encapsulate(byte[] publicKey, byte[] randomness);

  /** The private half of one key. */
  interface Decapsulator {
    byte[] publicKey();

    /** The secret of an encapsulation of the right length; empty where the share is no share. */
    Optional<byte[]> decapsulate(byte[] encapsulation);
  }

  /** A fresh secret, and what lets the holder of the private key find it. */
  static final class Encapsulated {
    final byte[] secret;
    final byte[] encapsulation;

    Encapsulated(byte[] secret, byte[] encapsulation) {
      this.secret = secret;
      this.encapsulation = encapsulation;
    }
  }
}
