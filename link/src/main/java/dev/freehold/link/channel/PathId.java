// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import java.util.random.RandomGenerator;

/**
 * Which of the attempts and paths between two nodes a message belongs to; drawn by whoever calls.
 *
 * @param value 64 random bits
 */
public record PathId(long value) {
  /** A fresh one. */
  public static PathId random(RandomGenerator random) {
    return new PathId(random.nextLong());
  }

  /** 16 hexadecimal digits. */
  @Override
  public String toString() {
    return "%016x".formatted(value);
  }
}
