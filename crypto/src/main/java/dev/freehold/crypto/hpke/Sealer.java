// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/**
 * Seals messages one after the other: each is bound to its place in the sequence (RFC 9180, section
 * 5.2). Owned by one thread at a time.
 */
public final class Sealer {
  private final Sequence sequence;
  private final Cipher cipher;

  /**
   * Starts a sequence at 0. No other sequence may ever have the same key and base nonce.
   *
   * @throws IllegalArgumentException if key or nonce have not the lengths that the AEAD takes
   */
  public Sealer(Aead aead, byte[] key, byte[] baseNonce) {
    sequence = new Sequence(aead, key, baseNonce);
    cipher = aead.cipher();
  }

  /** The next message's number: how many were sealed. */
  public long sequence() {
    return sequence.next();
  }

  /** Ciphertext and tag, {@link Aead#TAG_BYTES} longer than the message. */
  public byte[] seal(byte[] additionalData, byte[] message) {
    byte[] sealed = new byte[message.length + Aead.TAG_BYTES];
    seal(additionalData, message, message.length, sealed, 0);
    return sealed;
  }

  /**
   * Seals the first {@code length} bytes of {@code message} into {@code to}, from {@code offset}
   * on: {@code length} and {@link Aead#TAG_BYTES} bytes.
   */
  public void seal(byte[] additionalData, byte[] message, int length, byte[] to, int offset) {
    byte[] nonce = sequence.nonce();
    sequence.advance();
    try {
      cipher.init(Cipher.ENCRYPT_MODE, sequence.key, sequence.aead.parameters(nonce));
      cipher.updateAAD(additionalData);
      cipher.doFinal(message, 0, length, to, offset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing with a key of the right length cannot fail", e);
    }
  }
}
