// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.log.LateRecord;
import dev.freehold.record.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A token of ours in its canonical bytes. It is signed when somebody asks for them or when it is
 * written to a log, with others of its key then: signatures are deterministic, so that is the same
 * token. Safe for use by many threads.
 */
public final class SignedToken implements LateRecord {
  private static final byte[] BEFORE = "\"signature\":\"".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] AFTER = "\",".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int DIGITS = 2 * Signature.BYTES;

  /** As many bytes longer is a signed token than what its signature covers. */
  static final int SIGNATURE_MEMBER = BEFORE.length + DIGITS + AFTER.length;

  private final SigningKey key;

  /** All but the digits of the signature, until it is signed. */
  private final byte[] bytes;

  private final int at;
  private final Digest body;
  private volatile boolean signed;

  /**
   * A token that is to be signed.
   *
   * @param room begins with its canonical bytes without a signature, which are copied
   * @param length as many
   * @param at where the signature's member comes, with a comma behind it
   */
  SignedToken(SigningKey key, byte[] room, int length, int at) {
    this.key = key;
    this.at = at;
    this.bytes = new byte[length + SIGNATURE_MEMBER];
    System.arraycopy(room, 0, bytes, 0, at);
    System.arraycopy(BEFORE, 0, bytes, at, BEFORE.length);
    System.arraycopy(AFTER, 0, bytes, digits() + DIGITS, AFTER.length);
    System.arraycopy(room, at, bytes, at + SIGNATURE_MEMBER, length - at);
    this.body = Digest.sha256(room, length);
  }

  private int digits() {
    return at + BEFORE.length;
  }

  private byte[] unsigned() {
    byte[] message = Arrays.copyOf(bytes, bytes.length - SIGNATURE_MEMBER);
    System.arraycopy(bytes, at + SIGNATURE_MEMBER, message, at, message.length - at);
    return message;
  }

  @Override
  public int length() {
    return bytes.length;
  }

  @Override
  public byte[] record() {
    finish(List.of(this));
    return bytes;
  }

  /** A copy of the canonical bytes, signature included. */
  public byte[] bytes() {
    return record().clone();
  }

  /** SHA-256 of {@link #bytes}. */
  public Digest digest() {
    return Digest.sha256(record());
  }

  /** SHA-256 of the bytes that the signature covers: what the next token names. */
  public Digest body() {
    return body;
  }

  @Override
  public void finish(List<? extends LateRecord> together) {
    if (signed) {
      return;
    }
    List<SignedToken> mine = new ArrayList<>(together.size());
    List<byte[]> messages = new ArrayList<>(together.size());
    for (LateRecord record : together) {
      if (record instanceof SignedToken token && token.key == key && !token.signed) {
        mine.add(token);
        messages.add(token.unsigned());
      }
    }
    List<Signature> signatures = key.signAll(messages);
    for (int i = 0; i < mine.size(); i++) {
      mine.get(i).take(signatures.get(i));
    }
  }

  /** Whoever comes second writes the same. */
  private synchronized void take(Signature signature) {
    byte[] written = signature.bytes();
    int to = digits();
    for (int i = 0; i < written.length; i++) {
      bytes[to + 2 * i] = HEX[(written[i] >> 4) & 15];
      bytes[to + 2 * i + 1] = HEX[written[i] & 15];
    }
    signed = true;
  }
}
