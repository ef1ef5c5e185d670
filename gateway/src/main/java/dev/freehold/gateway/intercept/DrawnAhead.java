// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.intercept;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Random bytes drawn from a secure generator some thousands at a time: a gateway needs a hundred
 * for each action, and asking for each sixteen costs as much as a signature. Bytes that were given
 * out are wiped. Safe for use by many threads.
 */
final class DrawnAhead implements RandomGenerator {
  private static final int AHEAD = 8192;

  private final RandomGenerator source;
  private final byte[] drawn = new byte[AHEAD];
  private int at = AHEAD;

  DrawnAhead(RandomGenerator source) {
    this.source = source;
  }

  @Override
  public synchronized void nextBytes(byte[] bytes) {
    if (bytes.length > AHEAD) {
      source.nextBytes(bytes);
      return;
    }
    if (bytes.length > AHEAD - at) {
      source.nextBytes(drawn);
      at = 0;
    }
    System.arraycopy(drawn, at, bytes, 0, bytes.length);
    Arrays.fill(drawn, at, at + bytes.length, (byte) 0);
    at += bytes.length;
  }

  @Override
  public long nextLong() {
    byte[] bytes = new byte[Long.BYTES];
    nextBytes(bytes);
    return ByteBuffer.wrap(bytes).getLong();
  }
}
