// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

/** The shape of the attention memory of one model: layers × key/value heads × head size. */
public record KeyValueShape(int layers, int heads, int headSize) {
  /** Refuses sizes that no model has. */
  public KeyValueShape {
    if (layers < 1 || heads < 1 || headSize < 2 || headSize % 2 != 0 || headSize > 512) {
      throw new IllegalArgumentException(
          "no model has "
              + layers
              + " layers of "
              + heads
              + " key/value heads of size "
              + headSize
              + " (even, at most 512)");
    }
  }
}
