// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The Vector API lane of one width. Until C2 has compiled a vector form it is 50,000 times slower
 * than later, so each operation runs its plain form until {@link WarmUp} has seen the vector form
 * win. Both give the same bits, so the change can happen between any two calls.
 */
final class VectorKernel implements Kernel {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(1L << 48);

  private final int bits;
  private final Products products;
  private final Elements elements;
  private final Attention attention;
  private final ScalarKernel scalar = new ScalarKernel();
  private final ThreadLocal<Scratch> scratch;

  /** Decides which operations run as vectors; null: all of them. */
  private final @Nullable WarmUp warmUp;

  /** Whether dots in binary32 take columns in pairs, where {@link #warmUp} doesn't decide it. */
  private final boolean pairs;

  private VectorKernel(int bits, boolean warmingUp, boolean pairs) {
    Lane lane = Lane.of(bits);
    this.bits = bits;
    products = lane.products();
    elements = lane.elements();
    attention = lane.attention();
    scratch = ThreadLocal.withInitial(() -> new Scratch(lane.products()));
    this.pairs = pairs;
    warmUp = warmingUp ? new WarmUp(always(bits, false), always(bits, true)) : null;
  }

  /** The lane as it is used: plain forms until the vector forms are compiled. */
  static VectorKernel warmingUp(int bits) {
    return new VectorKernel(bits, true, false);
  }

  /**
   * The vector forms from the first call on: right, and at first very slow.
   *
   * @param pairs whether dots in binary32 take columns in pairs
   */
  static VectorKernel always(int bits, boolean pairs) {
    return new VectorKernel(bits, false, pairs);
  }

  /** Whether an operation runs as vectors by now. */
  boolean ready(Operation operation) {
    return warmUp == null || warmUp.ready(operation);
  }

  @Override
  public String name() {
    return "vector-" + bits + (pairs ? "-pairs" : "");
  }

  @Override
  public Matrix pack(TensorType type, MemorySegment file, int rows, int columns, Arena arena) {
    return PackedMatrix.pack(type, file, rows, columns, tile(), arena);
  }

  @Override
  public int tile() {
    return Math.max(1, products.rows() / Matrix.GROUP);
  }

  @Override
  public Activations activations(int capacity, int width) {
    return new PackedActivations(capacity, width, true);
  }

  @Override
  public void quantize(float[] x, int offset, int stride, int from, int to, Activations out) {
    if (!ready(Operation.QUANTIZE)) {
      scalar.quantize(x, offset, stride, from, to, out);
      return;
    }
    PackedActivations packed = (PackedActivations) out;
    Objects.checkFromToIndex(from, to, packed.capacity());
    try {
      elements.quantize(x, offset, stride, from, to, packed);
    } finally {
      Reference.reachabilityFence(packed);
    }
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
    TensorType type = ((PackedMatrix) matrix).type;
    // Two tokens are two single ones: a tile of six would be mostly empty.
    if (ready(to - from <= 2 ? Operation.decode(type) : Operation.prefill(type))) {
      multiply(matrix, x, from, to, firstGroup, lastGroup, y, offset, stride, null);
    } else {
      scalar.multiply(matrix, x, from, to, firstGroup, lastGroup, y, offset, stride);
    }
  }

  /**
   * The product, with its exact sums of [token - from][row - 32·firstGroup] where they are wanted.
   */
  void multiply(
      Matrix matrix,
      Activations x,
      int from,
      int to,
      int firstGroup,
      int lastGroup,
      float[] y,
      int offset,
      int stride,
      long @Nullable [] sums) {
    PackedMatrix w = (PackedMatrix) matrix;
    PackedActivations a = PackedActivations.fitting(w, x, from, to);
    Objects.checkFromToIndex(firstGroup, lastGroup, w.groups());
    Scratch s = scratch.get();
    int last = lastGroup * Matrix.GROUP;
    boolean single = to - from <= 2;
    boolean paired = warmUp == null ? pairs : warmUp.pairs(Operation.prefill(w.type));
    int step = single ? 1 : Scratch.TOKENS;
    int start = single ? from : from - from % PackedActivations.TOGETHER;
    try {
      for (int row = firstGroup * Matrix.GROUP; row < last; row += products.rows()) {
        int end = Math.min(row + products.rows(), last);
        for (int base = start; base < to; base += step) {
          int t = Math.max(from, base);
          int next = Math.min(to, base + step);
          if (single) {
            products.decode(w, a, t, row, last, s);
          } else {
            products.prefill(w, a, base, next, row, last, paired, s);
          }
          long found = s.sums + 8L * (t - base) * products.rows();
          write(w, a, t, next, row, end, found, y, offset, stride);
          if (sums != null) {
            copy(
                found,
                next - t,
                row,
                end,
                sums,
                (t - from) * (last - firstGroup * 32),
                firstGroup,
                last);
          }
        }
      }
    } finally {
      Reference.reachabilityFence(w);
      Reference.reachabilityFence(a);
      Reference.reachabilityFence(s);
    }
  }

  /** Rounds sums once and stores them. */
  private void write(
      PackedMatrix w,
      PackedActivations x,
      int from,
      int to,
      int row,
      int last,
      long sums,
      float[] y,
      int offset,
      int stride) {
    int rows = Math.min(last, w.rows()) - row;
    for (int t = from; t < to; t++) {
      float scale = ScalarKernel.power(x.exponent[t] - 24);
      long found = sums + 8L * (t - from) * products.rows();
      products.round(found, scale, rows, y, offset + t * stride + row);
    }
  }

  private void copy(
      long found, int tokens, int row, int end, long[] sums, int offset, int firstGroup, int last) {
    int rows = last - firstGroup * Matrix.GROUP;
    for (int t = 0; t < tokens; t++) {
      for (int r = row; r < end; r++) {
        long at = found + 8L * ((long) t * products.rows() + r - row);
        sums[offset + t * rows + r - firstGroup * Matrix.GROUP] = ALL.get(LONG, at);
      }
    }
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, int n, float epsilon, float[] out, int outOffset) {
    if (n % elements.step() == 0 && ready(Operation.NORM)) {
      elements.rmsNorm(x, xOffset, weight, n, epsilon, out, outOffset);
    } else {
      scalar.rmsNorm(x, xOffset, weight, n, epsilon, out, outOffset);
    }
  }

  @Override
  public void add(float[] x, int xOffset, float[] o, int oOffset, int n) {
    scalar.add(x, xOffset, o, oOffset, n);
  }

  @Override
  public void silu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    int vectors = ready(Operation.SILU) ? n - n % elements.step() : 0;
    elements.silu(gate, gateOffset, up, upOffset, vectors);
    scalar.silu(gate, gateOffset + vectors, up, upOffset + vectors, n - vectors);
  }

  @Override
  public void gelu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    int vectors = ready(Operation.GELU) ? n - n % elements.step() : 0;
    elements.gelu(gate, gateOffset, up, upOffset, vectors);
    scalar.gelu(gate, gateOffset + vectors, up, upOffset + vectors, n - vectors);
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
    scalar.rotate(vector, offset, pairs, cosine, sine, tableOffset, neighbouring);
  }

  @Override
  public KeyValuePage page(KeyValueShape shape) {
    return scalar.page(shape);
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
    scalar.store(page, slot, layer, head, key, keyOffset, value, valueOffset);
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
    if (first < 0 || first >= last || !ready(Operation.ATTEND)) {
      scalar.attend(
          pages, layer, head, first, last, query, queryOffset, group, scale, out, outOffset);
      return;
    }
    int size = ((PackedPage) pages[first / KeyValuePage.POSITIONS]).shape.headSize();
    int h = 0;
    for (; h + Attention.HEADS <= group; h += Attention.HEADS) {
      int at = h * size;
      attend(
          pages,
          layer,
          head,
          first,
          last,
          Attention.HEADS,
          query,
          queryOffset + at,
          scale,
          out,
          outOffset + at);
    }
    for (; h < group; h++) {
      int at = h * size;
      attend(
          pages, layer, head, first, last, 1, query, queryOffset + at, scale, out, outOffset + at);
    }
  }

  /** Attention of one head, or of as many as the vector forms take together. */
  private void attend(
      KeyValuePage[] pages,
      int layer,
      int head,
      int first,
      int last,
      int heads,
      float[] query,
      int queryOffset,
      float scale,
      float[] out,
      int outOffset) {
    int firstPage = first / KeyValuePage.POSITIONS;
    int lastPage = (last - 1) / KeyValuePage.POSITIONS;
    int start = firstPage * KeyValuePage.POSITIONS;
    int n = (lastPage + 1) * KeyValuePage.POSITIONS - start;
    int vector = ((PackedPage) pages[firstPage]).vector(layer, head);
    int size = ((PackedPage) pages[firstPage]).shape.headSize();
    Scratch s = scratch.get();
    float[] w = s.weights(heads * n);
    for (int h = 0; h < heads; h++) {
      s.factors[h] =
          ScalarKernel.query(query, queryOffset + h * size, s.query, h * size, size, scale);
    }
    for (int p = firstPage; p <= lastPage; p++) {
      int at = (p - firstPage) * KeyValuePage.POSITIONS;
      attention.scores((PackedPage) pages[p], vector, heads, s.query, s.factors, w, at, n);
    }
    for (int h = 0; h < heads; h++) {
      weigh(pages, firstPage, vector, first - start, last - start, w, h * n, n, s, h);
    }
    Arrays.fill(s.values, 0, heads * size, 0.0);
    for (int p = firstPage; p <= lastPage; p++) {
      int from = Math.max(first, p * KeyValuePage.POSITIONS);
      int to = Math.min(last, (p + 1) * KeyValuePage.POSITIONS);
      int slot = from % KeyValuePage.POSITIONS;
      PackedPage page = (PackedPage) pages[p];
      attention.values(page, vector, slot, to - from, heads, w, from - start, n, s.values);
    }
    for (int h = 0; h < heads; h++) {
      float toFloat = ScalarKernel.power(s.exponents[h] - 24);
      float denominator = s.denominators[h];
      int at = h * size;
      for (int d = 0; d < size; d++) {
        out[outOffset + at + d] = (float) s.values[at + d] * toFloat / denominator;
      }
    }
  }

  /** Makes a head's scores integer weights; those outside {@code from} to {@code to} become 0. */
  private void weigh(
      KeyValuePage[] pages,
      int firstPage,
      int vector,
      int from,
      int to,
      float[] w,
      int offset,
      int n,
      Scratch s,
      int head) {
    // Slots of the first and last page that aren't seen: first a score that changes no maximum.
    float seen = w[offset + from];
    Arrays.fill(w, offset, offset + from, seen);
    Arrays.fill(w, offset + to, offset + n, seen);
    elements.exp(w, offset, n, attention.largest(w, offset, n));
    Arrays.fill(w, offset, offset + from, 0f);
    Arrays.fill(w, offset + to, offset + n, 0f);
    s.denominators[head] = attention.total(w, offset, n) * 0x1p-30f;
    int largest = 0;
    for (int at = 0; at < n; at += KeyValuePage.POSITIONS) {
      float[] scales = ((PackedPage) pages[firstPage + at / KeyValuePage.POSITIONS]).valueScales;
      largest = Math.max(largest, attention.scale(w, offset + at, scales, vector));
    }
    int g = ScalarKernel.weightExponent(Float.intBitsToFloat(largest));
    s.exponents[head] = g;
    attention.round(w, offset, n, ScalarKernel.power(24 - g));
  }
}
