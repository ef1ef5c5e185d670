// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.nio.ByteBuffer;

/**
 * Quantised vectors of a few tokens, as a matrix takes them in (arithmetic.md, "Activation"): per
 * token an exponent f, per block of 32 a factor n in 1..4095, per element a in -127..127, so that x
 * ≈ a·n·2^f. The layout in memory is the kernel's own.
 */
public interface Activations {
  /** Elements of a block. */
  int BLOCK = 32;

  /** Tokens that fit. */
  int capacity();

  /** Elements of one token's vector; a multiple of {@link #BLOCK}. */
  int width();

  /**
   * Writes the exact integers of one token, the same bytes in every kernel: f as int16 big-endian,
   * then per block n as uint16 big-endian, then all a as int8. {@link #encodedLength} bytes.
   */
  void encode(int token, ByteBuffer out);

  /** Bytes that {@link #encode} writes. */
  default int encodedLength() {
    return 2 + 2 * (width() / BLOCK) + width();
  }
}
