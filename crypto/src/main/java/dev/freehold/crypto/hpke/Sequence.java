// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** One key, and a nonce for each message: the base nonce with the message's number mixed in. */
final class Sequence {
  final Aead aead;
  final SecretKey key;
  private final byte[] baseNonce;

  /** Owned by the thread that seals or opens. */
  private long next;

  Sequence(Aead aead, byte[] key, byte[] baseNonce) {
    if (key.length != aead.keyBytes() || baseNonce.length != Aead.NONCE_BYTES) {
      throw new IllegalArgumentException(
          "%s takes a key of %d bytes and a nonce of %d, these have %d and %d"
              .formatted(aead, aead.keyBytes(), Aead.NONCE_BYTES, key.length, baseNonce.length));
    }
    this.aead = aead;
    this.key = new SecretKeySpec(key, aead.keyAlgorithm());
    this.baseNonce = baseNonce.clone();
  }

  long next() {
    return next;
  }

  byte[] nonce() {
    byte[] nonce = baseNonce.clone();
    for (int i = 0; i < Long.BYTES; i++) {
      nonce[nonce.length - 1 - i] ^= (byte) (next >>> (Byte.SIZE * i));
    }
    return nonce;
  }

  void advance() {
    next = Math.incrementExact(next);
  }
}
