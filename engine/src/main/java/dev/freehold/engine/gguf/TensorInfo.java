// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.gguf;

import dev.freehold.kernel.TensorType;
import java.util.Arrays;

/**
 * One tensor of a file: where it lies and what shape it has.
 *
 * @param dimensions one to four, the length of a row first
 * @param offset in bytes from the start of the file
 * @param bytes its length in the file
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record TensorInfo(String name, TensorType type, long[] dimensions, long offset, long bytes) {
  /** Takes a copy of the dimensions. */
  public TensorInfo {
    dimensions = dimensions.clone();
  }

  @Override
  public long[] dimensions() {
    return dimensions.clone();
  }

  /** Weights in a row. */
  public long columns() {
    return dimensions[0];
  }

  /** Rows: the product of every dimension but the first. */
  public long rows() {
    long rows = 1;
    for (int i = 1; i < dimensions.length; i++) {
      rows *= dimensions[i];
    }
    return rows;
  }

  /** Its shape for a message, such as {@code [576 x 49152]}. */
  public String shape() {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < dimensions.length; i++) {
      text.append(i == 0 ? "" : " x ").append(dimensions[i]);
    }
    return text.append(']').toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorInfo that
        && name.equals(that.name)
        && type == that.type
        && Arrays.equals(dimensions, that.dimensions)
        && offset == that.offset
        && bytes == that.bytes;
  }

  @Override
  public int hashCode() {
    return name.hashCode() * 31 + Long.hashCode(offset);
  }

  @Override
  public String toString() {
    return name + " " + type + " " + shape() + " at " + offset + ", " + bytes + " bytes";
  }
}
