// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import dev.freehold.crypto.MlDsa44SigningKey;
import dev.freehold.crypto.SigningKey;
import java.nio.ByteBuffer;
import java.time.Instant;

/** Signs checkpoints in one of the forms of docs/formats/note.md. Safe for use by many threads. */
public sealed interface NoteSigner {

  /** What others verify its signatures with. */
  VerifierKey verifierKey();

  /**
   * Signs a checkpoint.
   *
   * @param time goes into a cosignature, to the second; a log's own signature has no time
   */
  SignatureLine sign(Checkpoint checkpoint, Instant time);

  /** A log's own key (type 0x01). */
  static Ed25519 ed25519(KeyName name, SigningKey key) {
    return new Ed25519(VerifierKey.ed25519(name, key.verifyingKey()), key);
  }

  /** A witness's key (type 0x04). */
  static NoteSigner cosigner(KeyName name, SigningKey key) {
    return new Ed25519Cosigner(VerifierKey.ed25519Cosignature(name, key.verifyingKey()), key);
  }

  /** A witness's key, or a log's second one, where signatures must last (type 0x06). */
  static NoteSigner cosigner(KeyName name, MlDsa44SigningKey key) {
    return new MlDsa44Cosigner(VerifierKey.mlDsa44Cosignature(name, key.verifyingKey()), key);
  }

  /**
   * Ed25519 over the text, which need not be a checkpoint.
   *
   * @param verifierKey its public half
   * @param key the key
   */
  record Ed25519(VerifierKey verifierKey, SigningKey key) implements NoteSigner {
    @Override
    public SignatureLine sign(Checkpoint checkpoint, Instant time) {
      return sign(checkpoint.text());
    }

    /** Signs any text of a note. */
    public SignatureLine sign(String text) {
      return verifierKey.line(key.sign(VerifierKey.utf8(text)).bytes());
    }
  }

  /**
   * Ed25519 over a checkpoint and a time.
   *
   * @param verifierKey its public half
   * @param key the key
   */
  record Ed25519Cosigner(VerifierKey verifierKey, SigningKey key) implements NoteSigner {
    @Override
    public SignatureLine sign(Checkpoint checkpoint, Instant time) {
      long seconds = time.getEpochSecond();
      byte[] signature = key.sign(VerifierKey.message(checkpoint, seconds)).bytes();
      return verifierKey.line(
          ByteBuffer.allocate(8 + signature.length).putLong(seconds).put(signature).array());
    }
  }

  /**
   * ML-DSA-44 over a checkpoint and a time.
   *
   * @param verifierKey its public half
   * @param key the key
   */
  record MlDsa44Cosigner(VerifierKey verifierKey, MlDsa44SigningKey key) implements NoteSigner {
    @Override
    public SignatureLine sign(Checkpoint checkpoint, Instant time) {
      long seconds = time.getEpochSecond();
      byte[] message =
          VerifierKey.subtreeMessage(verifierKey.name(), checkpoint, seconds)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "an ML-DSA cosignature has names of at most 255 bytes"));
      byte[] signature = key.sign(message);
      return verifierKey.line(
          ByteBuffer.allocate(8 + signature.length).putLong(seconds).put(signature).array());
    }
  }
}
