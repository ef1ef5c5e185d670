// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Random changes to a file, some of them with pieces that mean something to the format. */
public final class Mutations {
  private static final String[] PIECES = {
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\\u0000",
    "null",
    "true",
    "-",
    "0",
    "1e999",
    "99999999999",
    "\"format\":",
    "\"receipt\":",
    "sha256:",
    "\n",
    "\u0000"
  };

  private Mutations() {}

  /** A changed copy. */
  public static byte[] of(byte[] bytes, Random random) {
    int at = random.nextInt(bytes.length);
    return switch (random.nextInt(4)) {
      case 0 -> {
        byte[] changed = bytes.clone();
        changed[at] = (byte) random.nextInt(256);
        yield changed;
      }
      case 1 -> {
        byte[] piece = PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8);
        yield join(bytes, at, piece, at);
      }
      case 2 -> join(bytes, at, new byte[0], Math.min(bytes.length, at + 1 + random.nextInt(20)));
      default -> {
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + random.nextInt(200));
        yield join(bytes, at, java.util.Arrays.copyOfRange(bytes, from, to), at);
      }
    };
  }

  private static byte[] join(byte[] bytes, int head, byte[] middle, int tail) {
    byte[] joined = new byte[head + middle.length + bytes.length - tail];
    System.arraycopy(bytes, 0, joined, 0, head);
    System.arraycopy(middle, 0, joined, head, middle.length);
    System.arraycopy(bytes, tail, joined, head + middle.length, bytes.length - tail);
    return joined;
  }
}
