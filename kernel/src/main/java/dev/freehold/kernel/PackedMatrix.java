// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;

/**
 * A matrix in groups of 32 rows a block, k-major, so that lanes are rows: no vector width, tile or
 * thread count can change a sum, and a product reads memory in one stream. Every Java lane uses it.
 *
 * <p>A unit is what the file calls a block: 32 columns, or 256 for K types. Of 32 rows side by side
 * it holds d as binary16 (64 bytes), where the type has one the minimum as binary16 (64), and then
 * per 32 columns: for K types the sub-scales (32) and sub-minima or second sub-scales (32) as
 * bytes; for 5 bits the fifth bits (4 × 32: byte [k / 4][row] holds columns k and k + 16 in bits k
 * % 4 and k % 4 + 4); for 6 bits the fifth and sixth (8 × 32: byte [k / 2][row] holds columns k and
 * k + 16 in bits 4·(k % 2) and 4·(k % 2) + 2); the codes, as nibbles [16][32] with column k low and
 * column k + 16 high, or in Q8_0 as bytes [32][32].
 *
 * <p>A lane whose tile is two groups reads both at once. It has all even groups first and then all
 * odd ones, so that each of its two streams goes on from tile to tile where it was: processors
 * fetch ahead only what is read in one go.
 */
final class PackedMatrix implements Matrix {
  /** Bytes past the end that a vector may read, and ignore. */
  private static final int PADDING = 64;

  final TensorType type;
  final MemorySegment data;

  /** Where the data lies. */
  final long address;

  final Layout layout;
  private final int tile;
  private final int rows;
  private final int columns;

  /** Byte counts of one unit: everything else follows from them. */
  record Layout(int columns, int header, int sub, int codes, int sub32) {
    static Layout of(TensorType type) {
      boolean large = type.blockSize() == 256;
      int header = WeightRow.mu(type) ? 128 : 64;
      int high =
          switch (type) {
            case Q5_0, Q5_1, Q5_K -> 128;
            case Q6_K -> 256;
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q4_K -> 0;
          };
      int scales = large ? 64 : 0;
      int codes = type == TensorType.Q8_0 ? 1024 : 512;
      return new Layout(large ? 256 : 32, header, scales, scales + high, scales + high + codes);
    }

    /** Bytes of a unit. */
    int bytes() {
      return header + columns / 32 * sub32;
    }
  }

  private PackedMatrix(TensorType type, int tile, int rows, int columns, MemorySegment data) {
    this.type = type;
    this.tile = tile;
    this.rows = rows;
    this.columns = columns;
    this.data = data;
    address = data.address();
    layout = Layout.of(type);
  }

  /**
   * Packs a matrix.
   *
   * @param tile groups that are read at once: 1 or 2
   */
  static PackedMatrix pack(
      TensorType fileType, MemorySegment file, int rows, int columns, int tile, Arena arena) {
    if (tile < 1 || tile > 2) {
      throw new IllegalArgumentException("tiles of " + tile + " groups, but 1 or 2 are possible");
    }
    if (rows < 1) {
      throw new IllegalArgumentException("a matrix of " + rows + " rows cannot be packed");
    }
    WeightRow row = new WeightRow(fileType, columns);
    Layout layout = Layout.of(row.type);
    int units = columns / layout.columns;
    int groups = (rows + GROUP - 1) / GROUP;
    long groupBytes = (long) units * layout.bytes();
    MemorySegment data = arena.allocate(Math.multiplyExact(groups, groupBytes) + PADDING, 64);
    byte[] group = new byte[Math.toIntExact(groupBytes)];
    for (int g = 0; g < groups; g++) {
      Arrays.fill(group, (byte) 0);
      for (int r = 0; r < Math.min(GROUP, rows - g * GROUP); r++) {
        row.load(file, g * GROUP + r);
        fill(row, layout, units, group, r);
      }
      long at = place(g, tile, groups) * groupBytes;
      MemorySegment.copy(group, 0, data, ValueLayout.JAVA_BYTE, at, group.length);
    }
    return new PackedMatrix(row.type, tile, rows, columns, data);
  }

  /** Where a group lies among the groups. */
  private static long place(int group, int tile, int groups) {
    return tile == 1 ? group : group / 2 + (group % 2 == 0 ? 0 : (groups + 1) / 2);
  }

  private static void fill(WeightRow row, Layout layout, int units, byte[] out, int r) {
    for (int unit = 0; unit < units; unit++) {
      int at = unit * layout.bytes();
      half(out, at + 2 * r, row.scale[unit]);
      if (layout.header == 128) {
        half(out, at + 64 + 2 * r, row.minimum[unit]);
      }
      for (int s = 0; s < layout.columns / 32; s++) {
        int sub = at + layout.header + s * layout.sub32;
        int block = unit * (layout.columns / 32) + s;
        if (row.type == TensorType.Q6_K) {
          out[sub + r] = row.subScale[2 * block];
          out[sub + 32 + r] = row.subScale[2 * block + 1];
        } else if (layout.sub > 0) {
          out[sub + r] = row.subScale[block];
          out[sub + 32 + r] = row.subMinimum[block];
        }
        codes(row, layout, block * 32, out, sub, r);
      }
    }
  }

  private static void codes(WeightRow row, Layout layout, int column, byte[] out, int sub, int r) {
    byte[] codes = row.codes;
    int quants = sub + layout.codes;
    if (row.type == TensorType.Q8_0) {
      for (int k = 0; k < 32; k++) {
        out[quants + 32 * k + r] = codes[column + k];
      }
      return;
    }
    int high = sub + layout.sub;
    int planes = layout.codes - layout.sub;
    for (int k = 0; k < 16; k++) {
      int low = codes[column + k];
      int up = codes[column + 16 + k];
      out[quants + 32 * k + r] = (byte) ((low & 15) | (up & 15) << 4);
      if (planes == 128) {
        out[high + 32 * (k >> 2) + r] |= (byte) ((low >> 4 | up >> 4 << 4) << (k & 3));
      } else if (planes == 256) {
        out[high + 32 * (k >> 1) + r] |= (byte) ((low >> 4 | up >> 4 << 2) << (4 * (k & 1)));
      }
    }
  }

  private static void half(byte[] out, int at, short value) {
    out[at] = (byte) value;
    out[at + 1] = (byte) (value >> 8);
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public long bytes() {
    return data.byteSize();
  }

  /** Where a group begins, in bytes from the start of the data. */
  long offset(int group) {
    return place(group, tile, groups()) * (columns / layout.columns) * layout.bytes();
  }

  @Override
  public void row(int row, float[] out, int offset) {
    Objects.checkIndex(row, rows);
    Unit unit = new Unit(type);
    for (int u = 0; u < columns / layout.columns; u++) {
      unit.load(this, row / GROUP, u);
      for (int i = 0; i < layout.columns; i++) {
        int s = i / unit.subBlock * GROUP + row % GROUP;
        long weight = (long) unit.m[s] * unit.codes[i * GROUP + row % GROUP] + unit.mu[s];
        out[offset + u * layout.columns + i] = weight * 0x1p-24f;
      }
    }
  }

  /** One unit of a group, taken apart again: the plain lane's view of the packed bytes. */
  static final class Unit {
    /** Columns of a sub-block. */
    final int subBlock;

    /** Code minus centre of [column][row]. */
    final int[] codes;

    /** m of [sub-block][row]. */
    final int[] m;

    /** µ of [sub-block][row]. */
    final int[] mu;

    private final Layout layout;
    private final TensorType type;
    private final int centre;
    private final byte[] bytes;

    Unit(TensorType type) {
      this.type = type;
      layout = Layout.of(type);
      centre = WeightRow.centre(type);
      subBlock = type == TensorType.Q6_K ? 16 : 32;
      bytes = new byte[layout.bytes()];
      codes = new int[layout.columns * GROUP];
      m = new int[layout.columns / subBlock * GROUP];
      mu = new int[layout.columns / subBlock * GROUP];
    }

    void load(PackedMatrix matrix, int group, int unit) {
      long at = matrix.offset(group) + (long) unit * layout.bytes();
      MemorySegment.copy(matrix.data, ValueLayout.JAVA_BYTE, at, bytes, 0, bytes.length);
      for (int s = 0; s < layout.columns / 32; s++) {
        scales(s);
        if (type == TensorType.Q8_0) {
          for (int i = 0; i < 1024; i++) {
            codes[i] = bytes[layout.header + i];
          }
        } else {
          nibbles(s);
        }
      }
    }

    private void scales(int s) {
      int sub = layout.header + s * layout.sub32;
      for (int r = 0; r < GROUP; r++) {
        int d = (int) WeightRow.multiple(half(2 * r));
        int min = layout.header == 128 ? (int) WeightRow.multiple(half(64 + 2 * r)) : 0;
        switch (type) {
          case Q6_K -> {
            m[2 * s * GROUP + r] = d * bytes[sub + r];
            m[(2 * s + 1) * GROUP + r] = d * bytes[sub + 32 + r];
          }
          case Q4_K, Q5_K -> {
            m[s * GROUP + r] = d * bytes[sub + r];
            mu[s * GROUP + r] = -min * bytes[sub + 32 + r];
          }
          case F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0 -> {
            m[r] = d;
            mu[r] = min;
          }
        }
      }
    }

    private void nibbles(int s) {
      int sub = layout.header + s * layout.sub32;
      int high = sub + layout.sub;
      int planes = layout.codes - layout.sub;
      for (int k = 0; k < 16; k++) {
        int from = sub + layout.codes + 32 * k;
        int to = (s * 32 + k) * GROUP;
        for (int r = 0; r < GROUP; r++) {
          int nibble = bytes[from + r];
          codes[to + r] = (nibble & 15) - centre;
          codes[to + 16 * GROUP + r] = (nibble >> 4 & 15) - centre;
        }
        if (planes == 128) {
          for (int r = 0; r < GROUP; r++) {
            int bits = bytes[high + 32 * (k >> 2) + r] >> (k & 3);
            codes[to + r] += (bits & 1) << 4;
            codes[to + 16 * GROUP + r] += (bits >> 4 & 1) << 4;
          }
        } else if (planes == 256) {
          for (int r = 0; r < GROUP; r++) {
            int bits = bytes[high + 32 * (k >> 1) + r] >> (4 * (k & 1));
            codes[to + r] += (bits & 3) << 4;
            codes[to + 16 * GROUP + r] += (bits >> 2 & 3) << 4;
          }
        }
      }
    }

    private short half(int at) {
      return (short) ((bytes[at] & 0xff) | bytes[at + 1] << 8);
    }
  }
}
