// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/** Authenticated encryption with additional data, as HPKE names it (RFC 9180, section 7.3). */
public enum Aead {
  /** AES-128-GCM. */
  AES_128_GCM(1, 16),
  /** AES-256-GCM. */
  AES_256_GCM(2, 32),
  /** ChaCha20Poly1305 (RFC 8439). */
  CHACHA20_POLY1305(3, 32);

  /** Length of a nonce. */
  public static final int NONCE_BYTES = 12;

  /** What sealing adds to a message. */
  public static final int TAG_BYTES = 16;

  private final int id;
  private final int keyBytes;

  Aead(int id, int keyBytes) {
    this.id = id;
    this.keyBytes = keyBytes;
  }

  /** The registered number. */
  public int id() {
    return id;
  }

  /** Length of a key. */
  public int keyBytes() {
    return keyBytes;
  }

  String keyAlgorithm() {
    return this == CHACHA20_POLY1305 ? "ChaCha20" : "AES";
  }

  AlgorithmParameterSpec parameters(byte[] nonce) {
    return this == CHACHA20_POLY1305
        ? new IvParameterSpec(nonce)
        : new GCMParameterSpec(8 * TAG_BYTES, nonce);
  }

  Cipher cipher() {
    try {
      return Cipher.getInstance(
          this == CHACHA20_POLY1305 ? "ChaCha20-Poly1305" : "AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("JDK 25 has AES-GCM and ChaCha20-Poly1305", e);
    }
  }
}
