// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.SecretWithEncapsulation;
import org.bouncycastle.crypto.digests.SHAKEDigest;
import org.bouncycastle.crypto.kems.MLKEMExtractor;
import org.bouncycastle.crypto.kems.MLKEMGenerator;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.bouncycastle.crypto.params.MLKEMPublicKeyParameters;

/** MLKEM768-X25519 of draft-ietf-hpke-pq-05: FIPS 203 and RFC 7748, joined by SHA3-256. */
final class HybridKem implements Kem.Decapsulator {
  private static final int LATTICE_KEY_BYTES = 1184;
  private static final int LATTICE_CIPHERTEXT_BYTES = 1088;
  private static final int LATTICE_SEED_BYTES = 64;
  private static final int LATTICE_RANDOMNESS_BYTES = 32;

  static final int PUBLIC_KEY_BYTES = LATTICE_KEY_BYTES + DhKem.BYTES;
  static final int ENCAPSULATION_BYTES = LATTICE_CIPHERTEXT_BYTES + DhKem.BYTES;
  static final int RANDOMNESS_BYTES = LATTICE_RANDOMNESS_BYTES + DhKem.BYTES;

  /** Three polynomials of 256 coefficients, 12 bits each; what follows is a seed. */
  private static final int COEFFICIENT_BYTES = 1152;

  private static final int MODULUS = 3329;
  private static final byte[] LABEL = {0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c};
  private static final byte[] DERIVE =
      Labeled.join(
          Labeled.VERSION,
          Labeled.ascii("KEM"),
          Labeled.two(0x647a),
          Labeled.two("DeriveKeyPair".length()),
          Labeled.ascii("DeriveKeyPair"),
          Labeled.two(Kem.PRIVATE_KEY_BYTES));

  private final MLKEMPrivateKeyParameters lattice;
  private final byte[] curveKey;
  private final byte[] curvePoint;
  private final byte[] publicKey;

  HybridKem(byte[] seed) {
    byte[] expanded = shake256(seed, LATTICE_SEED_BYTES + DhKem.BYTES);
    lattice =
        new MLKEMPrivateKeyParameters(
            MLKEMParameters.ml_kem_768, Arrays.copyOf(expanded, LATTICE_SEED_BYTES));
    curveKey = Arrays.copyOfRange(expanded, LATTICE_SEED_BYTES, expanded.length);
    curvePoint = DhKem.publicKey(curveKey);
    publicKey = Labeled.join(lattice.getPublicKey(), curvePoint);
  }

  @Override
  public byte[] publicKey() {
    return publicKey;
  }

  @Override
  public Optional<byte[]> decapsulate(byte[] encapsulation) {
    byte[] share =
        Arrays.copyOfRange(encapsulation, LATTICE_CIPHERTEXT_BYTES, encapsulation.length);
    return DhKem.agree(curveKey, share, 0)
        .map(
            curveSecret -> {
              byte[] ciphertext = Arrays.copyOf(encapsulation, LATTICE_CIPHERTEXT_BYTES);
              byte[] latticeSecret = new MLKEMExtractor(lattice).extractSecret(ciphertext);
              return secret(latticeSecret, curveSecret, share, curvePoint);
            });
  }

  static Kem.Encapsulated encapsulate(byte[] publicKey, byte[] randomness) {
    MLKEMPublicKeyParameters lattice =
        new MLKEMPublicKeyParameters(
            MLKEMParameters.ml_kem_768, Arrays.copyOf(publicKey, LATTICE_KEY_BYTES));
    SecretWithEncapsulation hidden =
        MLKEMGenerator.internalGenerateEncapsulated(
            lattice, Arrays.copyOf(randomness, LATTICE_RANDOMNESS_BYTES));
    byte[] ephemeralKey =
        Arrays.copyOfRange(randomness, LATTICE_RANDOMNESS_BYTES, RANDOMNESS_BYTES);
    byte[] share = DhKem.publicKey(ephemeralKey);
    byte[] curvePoint = Arrays.copyOfRange(publicKey, LATTICE_KEY_BYTES, publicKey.length);
    byte[] curveSecret = DhKem.agree(ephemeralKey, curvePoint, 0).orElseThrow();
    return new Kem.Encapsulated(
        secret(hidden.getSecret(), curveSecret, share, curvePoint),
        Labeled.join(hidden.getEncapsulation(), share));
  }

  static boolean accepts(byte[] publicKey) {
    for (int i = 0; i < COEFFICIENT_BYTES; i += 3) {
      int pair =
          (publicKey[i] & 0xff)
              | ((publicKey[i + 1] & 0xff) << 8)
              | ((publicKey[i + 2] & 0xff) << 16);
      if ((pair & 0xfff) >= MODULUS || (pair >>> 12) >= MODULUS) {
        return false;
      }
    }
    return DhKem.accepts(publicKey, LATTICE_KEY_BYTES);
  }

  static byte[] derive(byte[] keyMaterial) {
    return shake256(Labeled.join(keyMaterial, DERIVE), Kem.PRIVATE_KEY_BYTES);
  }

  private static byte[] shake256(byte[] input, int length) {
    SHAKEDigest shake = new SHAKEDigest(256);
    shake.update(input, 0, input.length);
    byte[] output = new byte[length];
    shake.doFinal(output, 0, length);
    return output;
  }

  private static byte[] secret(
      byte[] latticeSecret, byte[] curveSecret, byte[] share, byte[] curvePoint) {
    MessageDigest hash;
    try {
      hash = MessageDigest.getInstance("SHA3-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("JDK 25 has SHA3-256", e);
    }
    return hash.digest(Labeled.join(latticeSecret, curveSecret, share, curvePoint, LABEL));
  }
}
