// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * An Ed25519 public key (RFC 8032) that has been checked: canonically encoded, on the curve, of the
 * prime order L (so never one of the eight points of small order, nor a mixture with one).
 *
 * <p>{@link #verify} accepts exactly this: S below L; R encoded canonically, of order L; and {@code
 * [S]B = R + [SHA-512(R, A, M)]A}. For such points the equations with and without cofactor agree,
 * so no two verifiers that check the same can disagree. The check is made by one library on every
 * platform.
 */
public final class VerifyingKey {
  /** Length of a public key in bytes. */
  public static final int BYTES = 32;

  /**
   * Keys that were found right lately, each at the place of its hash: those of a few machines come
   * again and again, and checking one takes some 0.1 ms.
   */
  private static final AtomicReferenceArray<VerifyingKey> LATELY = new AtomicReferenceArray<>(256);

  private final byte[] bytes;

  VerifyingKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Checks a foreign public key. Empty where it is not one that this class promises. */
  public static Optional<VerifyingKey> decode(byte[] bytes) {
    int place = Arrays.hashCode(bytes) & (LATELY.length() - 1);
    VerifyingKey known = LATELY.get(place);
    if (known != null && Arrays.equals(known.bytes, bytes)) {
      return Optional.of(known);
    }
    if (bytes.length != BYTES || !Ed25519.validatePublicKeyFull(bytes, 0)) {
      return Optional.empty();
    }
    VerifyingKey found = new VerifyingKey(bytes.clone());
    LATELY.set(place, found);
    return Optional.of(found);
  }

  /** Whether the signature is this key's signature of the message. */
  public boolean verify(byte[] message, Signature signature) {
    byte[] signed = signature.bytes();
    // The first half is R, a point: an honest signer's has the order L too.
    return Ed25519.validatePublicKeyFull(signed, 0)
        && Ed25519.verify(signed, 0, bytes, 0, message, 0, message.length);
  }

  /** A copy of the 32 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifyingKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** 64 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
