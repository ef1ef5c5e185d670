// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.stage;

import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** The end of a row of the last stage: what it gave besides the final hidden state. */
public final class Choice {
  private Choice() {}

  /** Nothing was asked. */
  public static ByteBuffer none() {
    return ByteBuffer.allocate(1);
  }

  /** A token was chosen. */
  public static ByteBuffer token(int token) {
    return ByteBuffer.allocate(5).put((byte) 1).putInt(token).flip();
  }

  /**
   * Logits were given.
   *
   * @param logits all of a position, 4 bytes each; not moved
   */
  public static ByteBuffer logits(ByteBuffer logits) {
    MessageDigest hash = Digest.newSha256();
    hash.update(logits.duplicate());
    return ByteBuffer.allocate(1 + Digest.BYTES).put((byte) 2).put(hash.digest()).flip();
  }
}
