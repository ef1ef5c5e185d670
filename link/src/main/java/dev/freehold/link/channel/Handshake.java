// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import dev.freehold.crypto.Signature;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.crypto.hpke.Aead;
import dev.freehold.crypto.hpke.Hkdf;
import dev.freehold.crypto.hpke.Kem;
import dev.freehold.crypto.hpke.Opener;
import dev.freehold.crypto.hpke.Sealer;
import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Lengths, labels and keys of the handshake. */
final class Handshake {
  static final byte VERSION = 1;
  static final Kem KEM = Kem.MLKEM768_X25519;
  static final Aead AEAD = Aead.AES_256_GCM;
  static final int NONCE_BYTES = 32;
  static final int HELLO_BYTES = 1 + NONCE_BYTES + KEM.publicKeyBytes();
  static final int REPLY_HEAD_BYTES = 1 + NONCE_BYTES + KEM.encapsulationBytes();
  static final int NAME_BYTES = VerifyingKey.BYTES + Signature.BYTES;
  static final int REPLY_BYTES = REPLY_HEAD_BYTES + NAME_BYTES + Aead.TAG_BYTES;
  static final int CONFIRMATION_BYTES = NAME_BYTES + Resumption.BYTES + Aead.TAG_BYTES;
  static final byte[] RESPONDER = ascii("freehold link/1 responder");
  static final byte[] INITIATOR = ascii("freehold link/1 initiator");
  private static final byte[] INFO = ascii("freehold link/1 channel");
  static final byte[] EXPORT = ascii("freehold link/1 keys");
  static final int SECRET_BYTES = 32;

  private Handshake() {}

  static byte[] info(byte[] hello) {
    return join(INFO, Digest.sha256(hello).bytes());
  }

  /** Both directions' keys: what the two ends derive from the one secret. */
  static final class Keys {
    private final byte[] secret;

    Keys(byte[] exported, byte[] hello, byte[] replyHead) {
      this.secret = Hkdf.extract(Digest.sha256(hello, replyHead).bytes(), exported);
    }

    Sealer sealer(String direction) {
      return new Sealer(AEAD, key(direction), nonce(direction));
    }

    Opener opener(String direction) {
      return new Opener(AEAD, key(direction), nonce(direction));
    }

    private byte[] key(String direction) {
      return Hkdf.expand(secret, ascii(direction + " key"), AEAD.keyBytes());
    }

    private byte[] nonce(String direction) {
      return Hkdf.expand(secret, ascii(direction + " nonce"), Aead.NONCE_BYTES);
    }
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
