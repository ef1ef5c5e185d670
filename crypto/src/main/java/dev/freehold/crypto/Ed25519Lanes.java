// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import dev.freehold.kernel.SignatureLanes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One key, and what signs many messages with it at once. */
final class Ed25519Lanes {
  private final SignatureLanes lanes;
  private final byte[] key;

  private Ed25519Lanes(SignatureLanes lanes, byte[] key) {
    this.lanes = lanes;
    this.key = key;
  }

  /** Builds and loads the library if need be; empty where it can't be had. */
  static Optional<Ed25519Lanes> load(byte[] seed, byte[] publicKey) {
    return SignatureLanes.load().map(lanes -> new Ed25519Lanes(lanes, expanded(seed, publicKey)));
  }

  /** Scalar, prefix (RFC 8032, section 5.1.5) and public key. */
  private static byte[] expanded(byte[] seed, byte[] publicKey) {
    byte[] hash;
    try {
      hash = MessageDigest.getInstance("SHA-512").digest(seed);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-512", e);
    }
    byte[] key = Arrays.copyOf(hash, SignatureLanes.KEY_BYTES);
    Arrays.fill(hash, (byte) 0);
    key[0] &= (byte) 0xf8;
    key[31] &= 0x7f;
    key[31] |= 0x40;
    System.arraycopy(publicKey, 0, key, hash.length, publicKey.length);
    return key;
  }

  /** Signs any number of messages. */
  List<Signature> sign(List<byte[]> messages) {
    List<Signature> signatures = new ArrayList<>(messages.size());
    for (int from = 0; from < messages.size(); from += SignatureLanes.MOST) {
      int to = Math.min(from + SignatureLanes.MOST, messages.size());
      for (byte[] signature : lanes.sign(key, messages.subList(from, to))) {
        signatures.add(Signature.of(signature));
      }
    }
    return signatures;
  }

  /** Signs any number of texts, and writes the signatures into them. */
  void signTexts(List<SignedText> texts) {
    for (int from = 0; from < texts.size(); from += SignatureLanes.MOST) {
      Texts some =
          new Texts(texts.subList(from, Math.min(from + SignatureLanes.MOST, texts.size())));
      byte[] signatures = lanes.sign(key, some);
      for (int i = 0; i < some.count(); i++) {
        some.texts.get(i).write(signatures, i * SignatureLanes.SIGNATURE_BYTES);
      }
    }
  }

  private record Texts(List<SignedText> texts) implements SignatureLanes.Messages {
    @Override
    public int count() {
      return texts.size();
    }

    @Override
    public int length(int number) {
      return texts.get(number).length();
    }

    @Override
    public void copyTo(byte[] room, int at, int number) {
      texts.get(number).copyTo(room, at);
    }
  }
}
