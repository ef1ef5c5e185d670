// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/**
 * Opens what a {@link Sealer} sealed, in the same order. Owned by one thread at a time.
 *
 * <p>A message that is altered, out of its place or has other additional data doesn't open, and
 * leaves the sequence where it was.
 */
public final class Opener {
  private final Sequence sequence;

  /** Owned by the thread that opens. */
  private Cipher cipher;

  /**
   * Starts a sequence at 0.
   *
   * @throws IllegalArgumentException if key or nonce have not the lengths that the AEAD takes
   */
  public Opener(Aead aead, byte[] key, byte[] baseNonce) {
    sequence = new Sequence(aead, key, baseNonce);
    cipher = aead.cipher();
  }

  /** The next message's number: how many were opened. */
  public long sequence() {
    return sequence.next();
  }

  /** The message; empty where these bytes are not what was sealed at this place. */
  public Optional<byte[]> open(byte[] additionalData, byte[] sealed) {
    return open(additionalData, sealed, 0, sealed.length);
  }

  /** Opens {@code length} bytes from {@code offset} on. */
  public Optional<byte[]> open(byte[] additionalData, byte[] sealed, int offset, int length) {
    if (length < Aead.TAG_BYTES) {
      return Optional.empty();
    }
    try {
      cipher.init(Cipher.DECRYPT_MODE, sequence.key, sequence.aead.parameters(sequence.nonce()));
      cipher.updateAAD(additionalData);
      byte[] message = new byte[length - Aead.TAG_BYTES];
      int opened = cipher.doFinal(sealed, offset, length, message, 0);
      sequence.advance();
      return Optional.of(opened == message.length ? message : Arrays.copyOf(message, opened));
    } catch (AEADBadTagException e) {
      // A cipher may refuse to see the same nonce again.
      cipher = sequence.aead.cipher();
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("opening with a key of the right length cannot fail", e);
    }
  }
}
