// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.bundle;

import dev.freehold.record.Digest;
import java.util.Arrays;

/** A time-stamp token of a checkpoint's text; nothing of it is believed yet. */
public final class StampedCheckpoint {
  private final Digest checkpoint;
  private final byte[] token;

  /**
   * Copies the token.
   *
   * @param checkpoint SHA-256 of the text of the checkpoint's note
   * @param token an RFC 3161 response
   */
  public StampedCheckpoint(Digest checkpoint, byte[] token) {
    this.checkpoint = checkpoint;
    this.token = token.clone();
  }

  /** SHA-256 of the text of the checkpoint's note. */
  public Digest checkpoint() {
    return checkpoint;
  }

  /** The RFC 3161 response. */
  public byte[] token() {
    return token.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StampedCheckpoint that
        && that.checkpoint.equals(checkpoint)
        && Arrays.equals(that.token, token);
  }

  @Override
  public int hashCode() {
    return 31 * checkpoint.hashCode() + Arrays.hashCode(token);
  }
}
