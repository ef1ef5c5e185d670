// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.hpke.Sealer;
import java.io.ByteArrayOutputStream;

/**
 * One direction of a job, at its source: contents become frames whose lengths are buckets. Owned by
 * one thread at a time.
 */
public final class FrameSealer {
  private final JobId job;
  private final Frame.Direction direction;
  private final Sealer sealer;

  /** Owned by the thread that seals. */
  private boolean finished;

  FrameSealer(JobId job, Frame.Direction direction, Sealer sealer) {
    this.job = job;
    this.direction = direction;
    this.sealer = sealer;
  }

  /**
   * Seals contents after which more follow; one frame, or several where they are longer than a
   * frame holds. Nothing, where there are none.
   *
   * @throws IllegalStateException after {@link #finish}
   */
  public byte[] seal(byte[] content) {
    return frames(content, false);
  }

  /**
   * Seals the last contents, which may be empty, with the mark that nothing follows.
   *
   * @throws IllegalStateException if it was called before
   */
  public byte[] finish(byte[] content) {
    return frames(content, true);
  }

  private byte[] frames(byte[] content, boolean last) {
    if (finished) {
      throw new IllegalStateException("the last frame of job " + job.hex() + " is sealed already");
    }
    finished = last;
    if (content.length <= Frame.CONTENT_LIMIT) {
      return content.length == 0 && !last ? new byte[0] : frame(content, 0, content.length, last);
    }
    ByteArrayOutputStream frames = new ByteArrayOutputStream(content.length + 1024);
    for (int at = 0; at < content.length; at += Frame.CONTENT_LIMIT) {
      int length = Math.min(Frame.CONTENT_LIMIT, content.length - at);
      frames.writeBytes(frame(content, at, length, last && at + length == content.length));
    }
    return frames.toByteArray();
  }

  private byte[] frame(byte[] content, int from, int length, boolean last) {
    int bucket = Frame.bucket(length);
    byte[] plaintext = new byte[1 << bucket];
    plaintext[0] = last ? Frame.LAST : Frame.MORE;
    plaintext[1] = (byte) (length >> 16);
    plaintext[2] = (byte) (length >> 8);
    plaintext[3] = (byte) length;
    System.arraycopy(content, from, plaintext, Frame.HEADER_BYTES, length);
    byte[] frame = new byte[Frame.bytes(bucket)];
    frame[0] = (byte) bucket;
    byte[] bound = Frame.additionalData(job, direction, sealer.sequence(), bucket);
    sealer.seal(bound, plaintext, plaintext.length, frame, 1);
    return frame;
  }
}
