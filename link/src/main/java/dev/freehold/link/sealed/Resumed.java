// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.hpke.Aead;
import dev.freehold.crypto.hpke.Hkdf;
import dev.freehold.crypto.hpke.Opener;
import dev.freehold.crypto.hpke.Sealer;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** The layout of a resumed request's opening, and what both ends derive for this one job. */
final class Resumed {
  static final byte VERSION = 2;
  static final int NUMBER_AT = 1 + TicketId.BYTES;
  static final int JOB_AT = NUMBER_AT + Short.BYTES;
  static final int HEAD_BYTES = JOB_AT + JobId.BYTES;
  static final int OPENING_BYTES = HEAD_BYTES + Hkdf.EXTRACT_BYTES;
  static final byte[] TICKET = Request.ascii("freehold sealed-job/1 ticket");

  private static final byte[] RESUMED = Request.ascii("freehold sealed-job/1 resumed");

  private final byte[] derived;

  Resumed(NodeId runner, NodeId asker, byte[] secret, byte[] head) {
    derived =
        Hkdf.extract(
            Request.join(RESUMED, runner.key().bytes(), asker.key().bytes(), head), secret);
  }

  static byte[] head(TicketId ticket, int number, JobId job) {
    return ByteBuffer.allocate(HEAD_BYTES)
        .put(VERSION)
        .put(ticket.bytes())
        .putShort((short) number)
        .put(job.bytes())
        .array();
  }

  static int number(byte[] opening) {
    return ByteBuffer.wrap(opening).getShort(NUMBER_AT) & 0xffff;
  }

  static JobId job(byte[] opening) {
    return new JobId(HexFormat.of().formatHex(opening, JOB_AT, HEAD_BYTES));
  }

  /** That whoever sends the head has the ticket. */
  byte[] confirmation() {
    return Hkdf.expand(derived, Request.ascii("confirmation"), Hkdf.EXTRACT_BYTES);
  }

  /** Seals the request. */
  Sealer sealer() {
    return new Sealer(Request.AEAD, key(), baseNonce());
  }

  /** Opens the request. */
  Opener opener() {
    return new Opener(Request.AEAD, key(), baseNonce());
  }

  /** Out of which the answer's key comes. */
  byte[] answerSecret() {
    return Hkdf.expand(derived, Request.ascii("answer"), Request.SECRET_BYTES);
  }

  private byte[] key() {
    return Hkdf.expand(derived, Request.ascii("request key"), Request.AEAD.keyBytes());
  }

  private byte[] baseNonce() {
    return Hkdf.expand(derived, Request.ascii("request nonce"), Aead.NONCE_BYTES);
  }
}
