// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/**
 * 96 random bits by which an answer finds its request (RFC 8489, section 5).
 *
 * @param high the first 32 bits
 * @param low the other 64
 */
record TransactionId(int high, long low) {
  static final int BYTES = 12;

  static TransactionId random(RandomGenerator random) {
    return new TransactionId(random.nextInt(), random.nextLong());
  }

  static TransactionId read(ByteBuffer from, int at) {
    return new TransactionId(from.getInt(at), from.getLong(at + Integer.BYTES));
  }

  void write(ByteBuffer to) {
    to.putInt(high).putLong(low);
  }
}
