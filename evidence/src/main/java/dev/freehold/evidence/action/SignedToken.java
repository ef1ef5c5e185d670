// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.crypto.SignedText;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.log.LateRecord;
import dev.freehold.record.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A token of ours in its canonical bytes. It is signed when somebody asks for them or when it is
 * written to a log, with others of its key then: signatures are deterministic, so that is the same
 * token. Safe for use by many threads.
 */
public final class SignedToken implements LateRecord {
  private static final byte[] BEFORE = "\"signature\":\"".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] AFTER = "\",".getBytes(StandardCharsets.US_ASCII);

  /** As many bytes longer is a signed token than what its signature covers. */
  static final int SIGNATURE_MEMBER = BEFORE.length + SignedText.DIGITS + AFTER.length;

  private final SigningKey key;

  /** All but the digits of the signature, until it is signed. */
  private final SignedText text;

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
    byte[] bytes = new byte[length + SIGNATURE_MEMBER];
    int digits = at + BEFORE.length;
    System.arraycopy(room, 0, bytes, 0, at);
    System.arraycopy(BEFORE, 0, bytes, at, BEFORE.length);
    System.arraycopy(AFTER, 0, bytes, digits + SignedText.DIGITS, AFTER.length);
    System.arraycopy(room, at, bytes, at + SIGNATURE_MEMBER, length - at);
    this.text = new SignedText(bytes, at, digits, at + SIGNATURE_MEMBER);
  }

  @Override
  public int length() {
    return text.bytes().length;
  }

  @Override
  public byte[] record() {
    finish(List.of(this));
    return text.bytes();
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
    return Digest.sha256(text.message());
  }

  @Override
  public void finish(List<? extends LateRecord> together) {
    if (signed) {
      return;
    }
    List<SignedToken> mine = new ArrayList<>(together.size());
    List<SignedText> texts = new ArrayList<>(together.size());
    for (LateRecord record : together) {
      if (record instanceof SignedToken token && token.key == key && !token.signed) {
        mine.add(token);
        texts.add(token.text);
      }
    }
    // Whoever comes second writes the same.
    key.signTexts(texts);
    for (SignedToken token : mine) {
      token.signed = true;
    }
  }
}
