// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * The lane written in C (resources {@code native/}), in one variant for each instruction set. Every
 * bound is checked here: C is called with arguments that fit. Results are those of {@link
 * ScalarKernel}, bit for bit.
 */
final class NativeKernel implements Kernel {
  /** Bytes of a file that one call packs: a call holds up garbage collection. */
  private static final long PACK_BYTES = 1 << 20;

  private static final int QUERY_HEADS = 4;
  private static final int STRIPE = 16;

  private final NativeVariant variant;
  private final NativeLibrary.Shared shared;
  private final MemorySegment multiply;
  private final MemorySegment quantize;
  private final MemorySegment norm;
  private final MemorySegment add;
  private final MemorySegment silu;
  private final MemorySegment gelu;
  private final MemorySegment rotate;
  private final MemorySegment weigh;
  private final MemorySegment store;
  private final MemorySegment attend;

  /** Owned by its thread: what an attention call needs besides its arguments. */
  private static final class Scratch {
    long[] pages = new long[16];
    float[] scores = new float[1024];
  }

  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  NativeKernel(NativeVariant variant, NativeLibrary.Shared shared, SymbolLookup library) {
    this.variant = variant;
    this.shared = shared;
    multiply = library.findOrThrow("freehold_multiply");
    quantize = library.findOrThrow("freehold_quantize");
    norm = library.findOrThrow("freehold_norm");
    add = library.findOrThrow("freehold_add");
    silu = library.findOrThrow("freehold_silu");
    gelu = library.findOrThrow("freehold_gelu");
    rotate = library.findOrThrow("freehold_rotate");
    weigh = library.findOrThrow("freehold_weigh");
    store = library.findOrThrow("freehold_store");
    attend = library.findOrThrow("freehold_attend");
  }

  @Override
  public String name() {
    return "native-" + variant.label;
  }

  @Override
  public Matrix pack(TensorType type, MemorySegment file, int rows, int columns, Arena arena) {
    if (rows < 1) {
      throw new IllegalArgumentException("a matrix of " + rows + " rows cannot be packed");
    }
    WeightRow reference = new WeightRow(type, columns);
    TensorType packed = reference.type;
    long rowBytes = (long) columns / type.blockSize() * type.blockBytes();
    Objects.checkFromIndexSize(0, rows * rowBytes, file.byteSize());
    int groups = (rows + Matrix.GROUP - 1) / Matrix.GROUP;
    long units = columns / packed.blockSize();
    long bytes = NativeMatrix.HEADER + groups * units * NativeMatrix.unitBytes(packed);
    MemorySegment data = shared.matrix(bytes, arena);
    data.set(ValueLayout.JAVA_INT, 0, packed.id());
    data.set(ValueLayout.JAVA_INT, 4, rows);
    data.set(ValueLayout.JAVA_INT, 8, columns);
    byte[] doubtful = new byte[groups * Matrix.GROUP];
    long groupBytes = Matrix.GROUP * rowBytes;
    int step = Math.clamp(PACK_BYTES / groupBytes, 1, groups);
    for (int group = 0; group < groups; group += step) {
      int last = Math.min(groups, group + step);
      int firstRow = group * Matrix.GROUP;
      int lastRow = Math.min(rows, last * Matrix.GROUP);
      MemorySegment part =
          packed == type
              ? file.asSlice(firstRow * rowBytes, (lastRow - firstRow) * rowBytes)
              : eightBits(reference, file, firstRow, lastRow);
      NativeCalls.call(
          shared.pack(), part, data, MemorySegment.ofArray(doubtful), group, last, 0, 0);
    }
    for (int row = 0; row < rows; row++) {
      if (doubtful[row] != 0) {
        // Throws if the exact bound is passed as well.
        reference.load(file, row);
      }
    }
    return new NativeMatrix(packed, rows, columns, data, shared);
  }

  /** Rows of floats as a file would hold them in Q8_0. */
  private static MemorySegment eightBits(
      WeightRow reference, MemorySegment file, int firstRow, int lastRow) {
    int blocks = reference.columns / 32;
    byte[] out = new byte[(lastRow - firstRow) * blocks * 34];
    int at = 0;
    for (int row = firstRow; row < lastRow; row++) {
      reference.load(file, row);
      for (int block = 0; block < blocks; block++, at += 34) {
        out[at] = (byte) reference.scale[block];
        out[at + 1] = (byte) (reference.scale[block] >> 8);
        System.arraycopy(reference.codes, block * 32, out, at + 2, 32);
      }
    }
    return MemorySegment.ofArray(out);
  }

  @Override
  public Activations activations(int capacity, int width) {
    return new NativeActivations(capacity, width);
  }

  @Override
  public void quantize(float[] x, int offset, int stride, int from, int to, Activations out) {
    NativeActivations activations = own(out);
    Objects.checkFromToIndex(from, to, activations.capacity());
    if (from == to) {
      return;
    }
    checkRows(x, offset, stride, from, to, activations.width());
    finite(
        NativeCalls.call(
            quantize,
            MemorySegment.ofArray(x),
            activations.data,
            NativeCalls.NONE,
            offset,
            stride,
            from,
            to));
  }

  @Override
  public void multiply(
      Matrix matrix,
      Activations x,
      int from,
      int to,
      int firstGroup,
      int lastGroup,
      float[] y,
      int offset,
      int stride) {
    NativeMatrix w = own(matrix);
    if (from < to && firstGroup < lastGroup) {
      int width = Math.min(w.rows(), lastGroup * Matrix.GROUP);
      checkRows(y, offset, stride, from, to, width);
    }
    MemorySegment results = MemorySegment.ofArray(y);
    multiply(w, own(x), from, to, firstGroup, lastGroup, results, NativeCalls.NONE, offset, stride);
  }

  /** The exact sums of a product: {@code sums[t·stride + r]}. What tests compare. */
  void sums(Matrix matrix, Activations x, int from, int to, long[] sums, int stride) {
    NativeMatrix w = own(matrix);
    Objects.checkFromIndexSize((to - 1) * stride, w.rows(), sums.length);
    MemorySegment results = MemorySegment.ofArray(sums);
    multiply(w, own(x), from, to, 0, w.groups(), results, results, 0, stride);
  }

  private void multiply(
      NativeMatrix w,
      NativeActivations x,
      int from,
      int to,
      int firstGroup,
      int lastGroup,
      MemorySegment y,
      MemorySegment sums,
      int offset,
      int stride) {
    Objects.checkFromToIndex(from, to, x.capacity());
    Objects.checkFromToIndex(firstGroup, lastGroup, w.groups());
    if (w.columns() != x.width()) {
      throw new IllegalArgumentException(
          "a matrix of " + w.columns() + " columns cannot take vectors of width " + x.width());
    }
    NativeCalls.call(
        multiply,
        w.data,
        x.data,
        y,
        sums,
        from,
        to,
        firstGroup,
        lastGroup,
        offset,
        stride,
        0,
        0,
        0);
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, int n, float epsilon, float[] out, int outOffset) {
    Objects.checkFromIndexSize(xOffset, n, x.length);
    Objects.checkFromIndexSize(0, n, weight.length);
    Objects.checkFromIndexSize(outOffset, n, out.length);
    finite(
        NativeCalls.call(
            norm,
            MemorySegment.ofArray(x),
            MemorySegment.ofArray(weight),
            MemorySegment.ofArray(out),
            NativeCalls.NONE,
            xOffset,
            n,
            outOffset,
            0,
            0,
            0,
            0,
            epsilon,
            0));
  }

  @Override
  public void add(float[] x, int xOffset, float[] o, int oOffset, int n) {
    pairwise(add, x, xOffset, o, oOffset, n);
  }

  @Override
  public void silu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    pairwise(silu, gate, gateOffset, up, upOffset, n);
  }

  @Override
  public void gelu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    pairwise(gelu, gate, gateOffset, up, upOffset, n);
  }

  private static void pairwise(
      MemorySegment function, float[] x, int xOffset, float[] o, int oOffset, int n) {
    Objects.checkFromIndexSize(xOffset, n, x.length);
    Objects.checkFromIndexSize(oOffset, n, o.length);
    NativeCalls.call(
        function,
        MemorySegment.ofArray(x),
        MemorySegment.ofArray(o),
        NativeCalls.NONE,
        xOffset,
        oOffset,
        n,
        0);
  }

  @Override
  public void rotate(
      float[] vector,
      int offset,
      int pairs,
      float[] cosine,
      float[] sine,
      int tableOffset,
      boolean neighbouring) {
    Objects.checkFromIndexSize(offset, 2 * pairs, vector.length);
    Objects.checkFromIndexSize(tableOffset, pairs, cosine.length);
    Objects.checkFromIndexSize(tableOffset, pairs, sine.length);
    NativeCalls.call(
        rotate,
        MemorySegment.ofArray(vector),
        MemorySegment.ofArray(cosine),
        MemorySegment.ofArray(sine),
        offset,
        pairs,
        tableOffset,
        neighbouring ? 1 : 0);
  }

  @Override
  public KeyValuePage page(KeyValueShape shape) {
    return new NativePage(shape, shared);
  }

  @Override
  public void store(
      KeyValuePage page,
      int slot,
      int layer,
      int head,
      float[] key,
      int keyOffset,
      float[] value,
      int valueOffset) {
    NativePage to = own(page);
    int size = to.shape.headSize();
    Objects.checkIndex(slot, KeyValuePage.POSITIONS);
    Objects.checkFromIndexSize(keyOffset, size, key.length);
    Objects.checkFromIndexSize(valueOffset, size, value.length);
    finite(
        NativeCalls.call(
            store,
            to.data(),
            MemorySegment.ofArray(key),
            MemorySegment.ofArray(value),
            NativeCalls.NONE,
            to.offset(layer, head),
            size,
            slot,
            keyOffset,
            valueOffset,
            0,
            0,
            0,
            0));
  }

  @Override
  public void attend(
      KeyValuePage[] pages,
      int layer,
      int head,
      int first,
      int last,
      float[] query,
      int queryOffset,
      int group,
      float scale,
      float[] out,
      int outOffset) {
    if (first < 0 || first >= last) {
      throw new IllegalArgumentException(
          "attention over positions " + first + " to " + last + " sees nothing");
    }
    int firstPage = first / KeyValuePage.POSITIONS;
    int lastPage = (last - 1) / KeyValuePage.POSITIONS;
    NativePage some = own(pages[firstPage]);
    int size = some.shape.headSize();
    Objects.checkFromIndexSize(queryOffset, group * size, query.length);
    Objects.checkFromIndexSize(outOffset, group * size, out.length);
    Scratch own = scratch.get();
    if (own.pages.length <= lastPage) {
      own.pages = new long[2 * lastPage + 1];
    }
    for (int i = firstPage; i <= lastPage; i++) {
      NativePage page = own(pages[i]);
      if (!page.shape.equals(some.shape)) {
        throw new IllegalArgumentException("pages of two shapes are mixed");
      }
      own.pages[i] = page.data().address();
    }
    int span = (last - first / STRIPE * STRIPE + STRIPE - 1) / STRIPE * STRIPE;
    int scores = Math.multiplyExact(Math.min(group, QUERY_HEADS), span);
    if (own.scores.length < scores) {
      own.scores = new float[Math.max(scores, 2 * own.scores.length)];
    }
    finite(
        NativeCalls.call(
            attend,
            MemorySegment.ofArray(own.pages),
            MemorySegment.ofArray(query),
            MemorySegment.ofArray(out),
            MemorySegment.ofArray(own.scores),
            some.offset(layer, head),
            size,
            first,
            last,
            queryOffset,
            group,
            outOffset,
            scale,
            0));
  }

  private static void finite(long status) {
    if (status != 0) {
      throw ScalarKernel.notFinite();
    }
  }

  /** Refuses vectors that would leave their array. */
  private static void checkRows(float[] x, int offset, int stride, int from, int to, int width) {
    long first = offset + (long) from * stride;
    long last = offset + (long) (to - 1) * stride;
    if (offset < 0 || stride < 0 || first < 0 || last + width > x.length) {
      throw new IndexOutOfBoundsException(
          "tokens "
              + from
              + " to "
              + to
              + " of "
              + width
              + " elements every "
              + stride
              + " from "
              + offset
              + " leave an array of "
              + x.length);
    }
  }

  private static NativeMatrix own(Matrix matrix) {
    if (matrix instanceof NativeMatrix own) {
      return own;
    }
    throw foreign("matrix");
  }

  private static NativeActivations own(Activations activations) {
    if (activations instanceof NativeActivations own) {
      return own;
    }
    throw foreign("vectors");
  }

  private static NativePage own(KeyValuePage page) {
    if (page instanceof NativePage own) {
      return own;
    }
    throw foreign("page");
  }

  private static IllegalArgumentException foreign(String what) {
    return new IllegalArgumentException(what + " of another kernel was given to a native one");
  }

  @Override
  public long weigh(
      float[] x, int offset, int n, float factor, float shift, int[] weight, int[] heaviest) {
    Objects.checkFromIndexSize(offset, n, x.length);
    Objects.checkFromIndexSize(0, n, weight.length);
    Objects.checkFromIndexSize(0, Math.ceilDiv(n, SamplingWeights.BLOCK), heaviest.length);
    return NativeCalls.call(
        weigh,
        MemorySegment.ofArray(x),
        MemorySegment.ofArray(weight),
        MemorySegment.ofArray(heaviest),
        NativeCalls.NONE,
        offset,
        n,
        0,
        0,
        0,
        0,
        0,
        factor,
        shift);
  }
}
