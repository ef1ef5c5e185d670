// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What an end of a link says of itself when a path comes up, so that streams go on over it.
 *
 * @param own this end's instance
 * @param other the other end's instance as this end knows it, or {@link Instance#NONE}
 * @param expected the number of the first frame that this end has not yet received
 */
public record Resumption(Instance own, Instance other, long expected) {
  /** Length of the encoding. */
  public static final int BYTES = 2 * Instance.BYTES + Long.BYTES;

  /**
   * Refuses what no end says.
   *
   * @throws IllegalArgumentException if the end has no instance, or the number is negative
   */
  public Resumption {
    if (own.equals(Instance.NONE) || expected < 0) {
      throw new IllegalArgumentException("an end has an instance and expects a frame from 0 on");
    }
  }

  byte[] bytes() {
    return ByteBuffer.allocate(BYTES).put(own.bytes()).put(other.bytes()).putLong(expected).array();
  }

  /** Reads what {@link #bytes} wrote, from the buffer's position on; empty where no end says so. */
  static Optional<Resumption> decode(ByteBuffer from) {
    byte[] own = new byte[Instance.BYTES];
    byte[] other = new byte[Instance.BYTES];
    from.get(own).get(other);
    HexFormat hex = HexFormat.of();
    Instance mine = new Instance(hex.formatHex(own));
    long expected = from.getLong();
    return mine.equals(Instance.NONE) || expected < 0
        ? Optional.empty()
        : Optional.of(new Resumption(mine, new Instance(hex.formatHex(other)), expected));
  }
}
