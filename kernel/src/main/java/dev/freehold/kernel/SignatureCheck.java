// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Compares freshly built {@link SignatureLanes} with the JDK's signatures, which are the same bytes
 * (RFC 8032), so that a compiler's mistake shows as a refusal. The tests of this room look much
 * closer.
 */
final class SignatureCheck {
  private static final int KEYS = 3;

  /** Around the ends of SHA-512's blocks, with 32 and with 64 bytes in front. */
  private static final int[] LENGTHS = {0, 47, 48, 79, 80, 81, 175, 1740};

  private SignatureCheck() {}

  /** Whether all are equal. */
  static boolean holds(SignatureLanes lanes) {
    Random random = new Random(1);
    try {
      for (int i = 0; i < KEYS; i++) {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        List<byte[]> messages = new ArrayList<>();
        for (int length : LENGTHS) {
          byte[] message = new byte[length];
          random.nextBytes(message);
          messages.add(message);
        }
        List<byte[]> signatures = lanes.sign(key(pair), messages);
        for (int lane = 0; lane < LENGTHS.length; lane++) {
          byte[] due = sign(pair.getPrivate(), messages.get(lane));
          if (!Arrays.equals(signatures.get(lane), due)) {
            return false;
          }
        }
      }
      return true;
    } catch (GeneralSecurityException e) {
      // A JDK that can't sign can't be compared with.
      return false;
    }
  }

  /** A key as {@link SignatureLanes} takes it. */
  static byte[] key(KeyPair pair) throws GeneralSecurityException {
    byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
    byte[] key = Arrays.copyOf(MessageDigest.getInstance("SHA-512").digest(seed), 96);
    key[0] &= (byte) 0xf8;
    key[31] &= 0x7f;
    key[31] |= 0x40;
    byte[] encoded = pair.getPublic().getEncoded();
    System.arraycopy(encoded, encoded.length - 32, key, 64, 32);
    return key;
  }

  /** As the JDK signs. */
  static byte[] sign(PrivateKey key, byte[] message) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(message);
    return signature.sign();
  }
}
