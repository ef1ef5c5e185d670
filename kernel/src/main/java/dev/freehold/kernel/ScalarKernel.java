// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;

/**
 * The plain lane: arithmetic version 1 written down operation by operation, without vectors. The
 * reference that every other lane is compared with, and what runs while the JIT still compiles one.
 */
public final class ScalarKernel implements Kernel {
  /** The smallest power of two that is told apart from zero: its reciprocal is still finite. */
  private static final int SMALLEST_EXPONENT = -100;

  private static final float SMALLEST = 0x1p-100f;

  /** Triples of rows in a group, the last one short of a row. */
  private static final int THREES = (Matrix.GROUP + 2) / 3;

  private static final float KEY_LIMIT = 2047f;
  private static final float VALUE_LIMIT = 127f;

  /** A lane without state. */
  public ScalarKernel() {}

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public Matrix pack(TensorType type, MemorySegment file, int rows, int columns, Arena arena) {
    return PackedMatrix.pack(type, file, rows, columns, 1, arena);
  }

  @Override
  public Activations activations(int capacity, int width) {
    return new PackedActivations(capacity, width, false);
  }

  @Override
  public void quantize(float[] x, int offset, int stride, int from, int to, Activations out) {
    PackedActivations packed = (PackedActivations) out;
    Objects.checkFromToIndex(from, to, packed.capacity());
    for (int token = from; token < to; token++) {
      quantize(x, offset + token * stride, packed, token);
    }
  }

  private static void quantize(float[] x, int start, PackedActivations out, int token) {
    int width = out.width();
    float max = largest(x, start, width);
    int f = exponent(max);
    out.exponent[token] = f;
    float scale = power(-f);
    for (int block = 0; block < out.blocks; block++) {
      int first = start + block * Activations.BLOCK;
      float blockMax = largest(x, first, Activations.BLOCK);
      int n = Math.max(1, (int) Math.ceil(blockMax * scale / 127f));
      out.factor[token * out.blocks + block] = n;
      float inverse = 1f / n;
      for (int i = 0; i < Activations.BLOCK; i++) {
        out.element[token * width + block * Activations.BLOCK + i] =
            (byte) Math.rint(x[first + i] * scale * inverse);
      }
    }
    out.derive(token);
    out.spread(token);
  }

  /** f of a token whose largest magnitude is {@code max}. */
  static int exponent(float max) {
    int f = Math.max(SMALLEST_EXPONENT, Math.getExponent(max) - 18);
    return max * power(-f) > 520_065f ? f + 1 : f;
  }

  /** 2^e for an exponent of a normal binary32 number. */
  static float power(int e) {
    return Float.intBitsToFloat((e + 127) << 23);
  }

  /** The largest magnitude; refuses NaN and infinity. */
  private static float largest(float[] x, int offset, int n) {
    int bits = 0;
    for (int i = offset; i < offset + n; i++) {
      bits = Math.max(bits, Float.floatToRawIntBits(x[i]) & 0x7fffffff);
    }
    return finite(bits);
  }

  /** The number of these bits, sign taken off; refuses NaN and infinity. */
  static float finite(int bits) {
    float magnitude = Float.intBitsToFloat(bits);
    if (!(magnitude <= Float.MAX_VALUE)) {
      throw notFinite();
    }
    return magnitude;
  }

  static ArithmeticException notFinite() {
    return new ArithmeticException(
        "a vector holds NaN or infinity: the weights are damaged, or arithmetic version "
            + ARITHMETIC_VERSION
            + " cannot hold what this model computes");
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
    PackedMatrix w = (PackedMatrix) matrix;
    PackedActivations a = PackedActivations.fitting(w, x, from, to);
    Objects.checkFromToIndex(firstGroup, lastGroup, w.groups());
    PackedMatrix.Unit unit = new PackedMatrix.Unit(w.type);
    long[] sums = new long[(to - from) * Matrix.GROUP];
    for (int group = firstGroup; group < lastGroup; group++) {
      sums(w, a, from, to, group, unit, sums);
      write(w, a, from, to, group, sums, y, offset, stride);
    }
  }

  /** The exact sums of one group: [token - from][row]. */
  static void sums(
      PackedMatrix w,
      PackedActivations x,
      int from,
      int to,
      int group,
      PackedMatrix.Unit unit,
      long[] sums) {
    Arrays.fill(sums, 0);
    int[] dot = new int[THREES * 3];
    long[] threes = new long[THREES * unit.subBlock];
    for (int u = 0; u < w.columns() / w.layout.columns(); u++) {
      unit.load(w, group, u);
      for (int first = 0; first < w.layout.columns(); first += unit.subBlock) {
        threes(unit, first, threes);
        int column = u * w.layout.columns() + first;
        int s = first / unit.subBlock * Matrix.GROUP;
        for (int t = from; t < to; t++) {
          int sum = dot(threes, unit.subBlock, x.element, t * x.width() + column, dot);
          long n = x.factor[t * x.blocks + column / Activations.BLOCK];
          int at = (t - from) * Matrix.GROUP;
          for (int r = 0; r < Matrix.GROUP; r++) {
            sums[at + r] += n * ((long) unit.m[s + r] * dot[r] + (long) unit.mu[s + r] * sum);
          }
        }
      }
    }
  }

  /**
   * Packs the codes of three rows into a long, p = q + 2^21·q' + 2^42·q'': then Σ p·a holds three
   * sums at once. Each lies within ±520,192 (32 times 128·127), so 21 bits hold it with its sign.
   */
  private static void threes(PackedMatrix.Unit unit, int first, long[] threes) {
    for (int k = 0; k < unit.subBlock; k++) {
      int codes = (first + k) * Matrix.GROUP;
      for (int i = 0; i < THREES; i++) {
        long third = i < THREES - 1 ? unit.codes[codes + 3 * i + 2] : 0;
        threes[i * unit.subBlock + k] =
            unit.codes[codes + 3 * i]
                + ((long) unit.codes[codes + 3 * i + 1] << 21)
                + (third << 42);
      }
    }
  }

  /** Σ q·a of 32 rows into {@code dot}, and Σ a. */
  private static int dot(long[] threes, int columns, byte[] a, int at, int[] dot) {
    for (int i = 0; i < THREES; i++) {
      long p = 0;
      for (int k = 0; k < columns; k++) {
        p += threes[i * columns + k] * a[at + k];
      }
      int low = (int) (p << 43 >> 43);
      p = (p - low) >> 21;
      int middle = (int) (p << 43 >> 43);
      dot[3 * i] = low;
      dot[3 * i + 1] = middle;
      dot[3 * i + 2] = (int) ((p - middle) >> 21);
    }
    int sum = 0;
    for (int k = 0; k < columns; k++) {
      sum += a[at + k];
    }
    return sum;
  }

  /** Rounds the sums of a group once and stores them. */
  static void write(
      PackedMatrix w,
      PackedActivations x,
      int from,
      int to,
      int group,
      long[] sums,
      float[] y,
      int offset,
      int stride) {
    int rows = Math.min(Matrix.GROUP, w.rows() - group * Matrix.GROUP);
    for (int t = from; t < to; t++) {
      float scale = power(x.exponent[t] - 24);
      int at = offset + t * stride + group * Matrix.GROUP;
      for (int r = 0; r < rows; r++) {
        y[at + r] = sums[(t - from) * Matrix.GROUP + r] * scale;
      }
    }
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, int n, float epsilon, float[] out, int outOffset) {
    float max = largest(x, xOffset, n);
    int k = normExponent(max);
    float scale = power(k);
    long sum = 0;
    for (int i = 0; i < n; i++) {
      long s = (int) Math.rint(x[xOffset + i] * scale);
      sum += s * s;
    }
    float g = normFactor(sum, k, n, epsilon);
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = x[xOffset + i] * g * weight[i];
    }
  }

  /** k of a norm whose largest magnitude is {@code max}. */
  static int normExponent(float max) {
    return max == 0 ? 0 : 21 - Math.max(SMALLEST_EXPONENT, Math.getExponent(max));
  }

  /** What the elements of a vector are multiplied with, from its exact sum of squares. */
  static float normFactor(long sum, int k, int n, float epsilon) {
    double inverse = Math.scalb(1.0, -2 * k);
    float mean = (float) (sum * inverse / n);
    if (!(mean <= Float.MAX_VALUE)) {
      throw notFinite();
    }
    return 1f / (float) Math.sqrt(mean + epsilon);
  }

  @Override
  public void add(float[] x, int xOffset, float[] o, int oOffset, int n) {
    for (int i = 0; i < n; i++) {
      x[xOffset + i] += o[oOffset + i];
    }
  }

  @Override
  public void silu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    for (int i = 0; i < n; i++) {
      gate[gateOffset + i] = Arithmetic.silu(gate[gateOffset + i]) * up[upOffset + i];
    }
  }

  @Override
  public void gelu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    for (int i = 0; i < n; i++) {
      gate[gateOffset + i] = Arithmetic.gelu(gate[gateOffset + i]) * up[upOffset + i];
    }
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
    for (int i = 0; i < pairs; i++) {
      int first = offset + (neighbouring ? 2 * i : i);
      int second = neighbouring ? first + 1 : first + pairs;
      float u = vector[first];
      float v = vector[second];
      float c = cosine[tableOffset + i];
      float s = sine[tableOffset + i];
      vector[first] = u * c - v * s;
      vector[second] = u * s + v * c;
    }
  }

  @Override
  public KeyValuePage page(KeyValueShape shape) {
    return new PackedPage(shape);
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
    PackedPage packed = (PackedPage) page;
    Objects.checkIndex(slot, KeyValuePage.POSITIONS);
    int size = packed.shape.headSize();
    int vector = packed.vector(layer, head);
    float max = largest(key, keyOffset, size);
    float factor = factor(max, KEY_LIMIT);
    packed.keyScales[vector + slot] = scale(max, KEY_LIMIT);
    for (int i = 0; i < size; i++) {
      packed.keys[vector * size + i * KeyValuePage.POSITIONS + slot] =
          (short) Math.rint(key[keyOffset + i] * factor);
    }
    max = largest(value, valueOffset, size);
    factor = factor(max, VALUE_LIMIT);
    packed.valueScales[vector + slot] = scale(max, VALUE_LIMIT);
    for (int i = 0; i < size; i++) {
      packed.values[(vector + slot) * size + i] = (byte) Math.rint(value[valueOffset + i] * factor);
    }
  }

  private static float scale(float max, float limit) {
    return max < SMALLEST ? 0f : max / limit;
  }

  private static float factor(float max, float limit) {
    return max < SMALLEST ? 0f : limit / max;
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
    int size = ((PackedPage) pages[first / KeyValuePage.POSITIONS]).shape.headSize();
    int[] q = new int[size];
    float[] scores = new float[last - first];
    for (int h = 0; h < group; h++) {
      float s = query(query, queryOffset + h * size, q, 0, size, scale);
      float max = Float.NEGATIVE_INFINITY;
      for (int p = first; p < last; p++) {
        float t = score(pages, layer, head, p, q, s);
        scores[p - first] = t;
        max = Math.max(max, t);
      }
      weigh(pages, layer, head, first, scores, max, out, outOffset + h * size);
    }
  }

  /** The query's integers, from {@code at} on, and c. */
  static float query(float[] query, int offset, int[] q, int at, int size, float scale) {
    float max = largest(query, offset, size);
    float factor = factor(max, KEY_LIMIT);
    for (int i = 0; i < size; i++) {
      q[at + i] = (int) Math.rint(query[offset + i] * factor);
    }
    return scale(max, KEY_LIMIT) * (scale == 0 ? 1f / (float) Math.sqrt(size) : scale);
  }

  private static float score(
      KeyValuePage[] pages, int layer, int head, int position, int[] q, float c) {
    PackedPage page = (PackedPage) pages[position / KeyValuePage.POSITIONS];
    int slot = position % KeyValuePage.POSITIONS;
    int vector = page.vector(layer, head);
    int dot = 0;
    for (int i = 0; i < q.length; i++) {
      dot += q[i] * page.keys[vector * q.length + i * KeyValuePage.POSITIONS + slot];
    }
    float t = dot * (c * page.keyScales[vector + slot]);
    if (!(Math.abs(t) <= Float.MAX_VALUE)) {
      throw notFinite();
    }
    return t;
  }

  /** g of attention weights of which {@code max} is the largest. */
  static int weightExponent(float max) {
    return Math.max(SMALLEST_EXPONENT, Math.getExponent(max) + 1);
  }

  /** Softmax of the scores, and the weighed sum of the values. */
  private static void weigh(
      KeyValuePage[] pages,
      int layer,
      int head,
      int first,
      float[] scores,
      float max,
      float[] out,
      int outOffset) {
    int size = ((PackedPage) pages[first / KeyValuePage.POSITIONS]).shape.headSize();
    float[] u = new float[scores.length];
    long total = 0;
    float largest = 0;
    for (int i = 0; i < scores.length; i++) {
      int position = first + i;
      PackedPage page = (PackedPage) pages[position / KeyValuePage.POSITIONS];
      float e = Arithmetic.exp(scores[i] - max);
      total += (long) Math.rint(e * 0x1p30f);
      u[i] = e * page.valueScales[page.vector(layer, head) + position % KeyValuePage.POSITIONS];
      largest = Math.max(largest, u[i]);
    }
    int g = weightExponent(largest);
    float toInteger = power(24 - g);
    long[] sums = new long[size];
    for (int i = 0; i < scores.length; i++) {
      int position = first + i;
      PackedPage page = (PackedPage) pages[position / KeyValuePage.POSITIONS];
      int values =
          (page.vector(layer, head) + position % KeyValuePage.POSITIONS) * page.shape.headSize();
      long w = (long) Math.rint(u[i] * toInteger);
      for (int d = 0; d < size; d++) {
        sums[d] += w * page.values[values + d];
      }
    }
    float denominator = total * 0x1p-30f;
    float toFloat = power(g - 24);
    for (int d = 0; d < size; d++) {
      out[outOffset + d] = sums[d] * toFloat / denominator;
    }
  }
}
