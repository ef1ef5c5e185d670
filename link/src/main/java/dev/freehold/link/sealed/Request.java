// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.hpke.Aead;
import dev.freehold.crypto.hpke.EncapsulationKey;
import dev.freehold.crypto.hpke.Hkdf;
import dev.freehold.crypto.hpke.Kem;
import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The layout of a request's opening, and what both ends derive from it. */
final class Request {
  static final byte VERSION = 1;
  static final Kem KEM = Kem.MLKEM768_X25519;
  static final Aead AEAD = Aead.AES_256_GCM;
  static final int KEY_ID_BYTES = 8;
  static final int HEAD_BYTES = 1 + KEY_ID_BYTES + JobId.BYTES;
  static final int SETUP_BYTES = HEAD_BYTES + KEM.encapsulationBytes();
  static final int OPENING_BYTES = SETUP_BYTES + Frame.bytes(Frame.SMALLEST_BUCKET);
  static final int ANSWER_NONCE_BYTES = 32;
  static final int ANSWER_OPENING_BYTES = 1 + ANSWER_NONCE_BYTES;
  static final int SECRET_BYTES = 32;
  static final byte[] ANSWER = ascii("freehold sealed-job/1 answer");

  private static final byte[] REQUEST = ascii("freehold sealed-job/1 request");
  private static final byte[] SENDER = ascii("freehold sealed-job/1 sender");

  private Request() {}

  static byte[] keyId(EncapsulationKey key) {
    return Arrays.copyOf(Digest.sha256(key.bytes()).bytes(), KEY_ID_BYTES);
  }

  static byte[] head(EncapsulationKey key, JobId job) {
    return ByteBuffer.allocate(HEAD_BYTES).put(VERSION).put(keyId(key)).put(job.bytes()).array();
  }

  static byte[] info(NodeId runner, byte[] head) {
    return join(REQUEST, runner.key().bytes(), head);
  }

  /** What the asker signs to give its name. */
  static byte[] signedBySender(NodeId runner, byte[] head, byte[] encapsulation) {
    return join(SENDER, Digest.sha256(runner.key().bytes(), head, encapsulation).bytes());
  }

  /** {@code bound}: the request's encapsulation, or the head of a resumed one. */
  static byte[] answerKey(byte[] secret, byte[] bound, byte[] nonce) {
    return Hkdf.extract(join(bound, nonce), secret);
  }

  static byte[] key(byte[] answerKey) {
    return Hkdf.expand(answerKey, ascii("key"), AEAD.keyBytes());
  }

  static byte[] baseNonce(byte[] answerKey) {
    return Hkdf.expand(answerKey, ascii("nonce"), Aead.NONCE_BYTES);
  }

  static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
