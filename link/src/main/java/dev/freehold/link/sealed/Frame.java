// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.hpke.Aead;
import java.nio.ByteBuffer;

/** The layout of frames: buckets, plaintext header, additional data. */
final class Frame {
  static final int SMALLEST_BUCKET = 8;
  static final int LARGEST_BUCKET = 16;
  static final int HEADER_BYTES = 4;
  static final int CONTENT_LIMIT = (1 << LARGEST_BUCKET) - HEADER_BYTES;
  static final byte MORE = 0;
  static final byte LAST = 1;

  /** The two ways, as the additional data names them. */
  enum Direction {
    REQUEST(0),
    ANSWER(1);

    final byte code;

    Direction(int code) {
      this.code = (byte) code;
    }
  }

  private Frame() {}

  /** The one bucket for contents of this length. */
  static int bucket(int length) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(length + HEADER_BYTES - 1);
    return Math.max(SMALLEST_BUCKET, bits);
  }

  static boolean isBucket(int bucket) {
    return bucket >= SMALLEST_BUCKET && bucket <= LARGEST_BUCKET;
  }

  /** Bytes of a whole frame, its first byte included. */
  static int bytes(int bucket) {
    return 1 + (1 << bucket) + Aead.TAG_BYTES;
  }

  static byte[] additionalData(JobId job, Direction direction, long sequence, int bucket) {
    return ByteBuffer.allocate(JobId.BYTES + 1 + Long.BYTES + 1)
        .put(job.bytes())
        .put(direction.code)
        .putLong(sequence)
        .put((byte) bucket)
        .array();
  }
}
