// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One lane of arithmetic version 1. Every operation gives the bits that docs/formats/arithmetic.md
 * writes down, so any two kernels can be exchanged, and any part of the work can be given to any
 * thread.
 *
 * <p>Calls are made from many threads at once. A call writes only what its arguments name; the
 * caller sees to it that no two threads write the same element and that a barrier stands between a
 * write and its reading by others. NaN and infinity are refused with {@link ArithmeticException}.
 *
 * <p>Vectors lie in {@code float[]} at an offset given in elements.
 */
public interface Kernel {
  /** The arithmetic that receipts name. */
  int ARITHMETIC_VERSION = 1;

  /** The lane's name: {@code scalar}, {@code vector-256}, {@code native-avx512vnni}, and so on. */
  String name();

  /**
   * Packs a weight matrix out of a file's bytes. F32, F16 and BF16 become Q8_0 by the written rule.
   * The file's bytes are not needed afterwards.
   *
   * @param file the tensor's bytes as the file holds them, row after row
   * @param columns a multiple of 32, and of the type's block size
   * @param arena where the packed matrix lives
   * @throws IllegalArgumentException if a row's exact sum could leave 62 bits, or a scale int32, or
   *     a scale is not finite; the message names the row
   */
  Matrix pack(TensorType type, MemorySegment file, int rows, int columns, Arena arena);

  /**
   * Row groups that a product computes together. Any range of groups gives the same results; one
   * that begins or ends within such a tile costs as much as whole tiles.
   */
  default int tile() {
    return 1;
  }

  /** Room for the quantised vectors of up to {@code capacity} tokens. */
  Activations activations(int capacity, int width);

  /**
   * Quantises tokens {@code from} (inclusive) to {@code to} (exclusive) of {@code x} into {@code
   * out}. Token t's vector starts at {@code offset + t·stride}.
   */
  void quantize(float[] x, int offset, int stride, int from, int to, Activations out);

  /**
   * The product of the matrix's row groups {@code firstGroup} (inclusive) to {@code lastGroup}
   * (exclusive) with tokens {@code from} (inclusive) to {@code to} (exclusive). Token t's result of
   * row r goes to {@code y[offset + t·stride + r]}. Rows past {@link Matrix#rows} are not written.
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
      int stride);

  /** RMS norm of {@code n} elements: out = x·g·weight. {@code out} may be {@code x}. */
  void rmsNorm(
      float[] x, int xOffset, float[] weight, int n, float epsilon, float[] out, int outOffset);

  /** x = x + o, element by element. */
  void add(float[] x, int xOffset, float[] o, int oOffset, int n);

  /** gate = silu(gate)·up, element by element. */
  void silu(float[] gate, int gateOffset, float[] up, int upOffset, int n);

  /** gate = gelu(gate)·up (tanh form), element by element. */
  void gelu(float[] gate, int gateOffset, float[] up, int upOffset, int n);

  /**
   * Rotates one head vector in place. {@code cosine} and {@code sine} hold the table of the
   * position from {@code tableOffset}, {@code pairs} entries. Neighbouring: element pairs (2i, 2i +
   * 1); otherwise (i, i + pairs). Elements past 2·pairs stay as they are.
   */
  void rotate(
      float[] vector,
      int offset,
      int pairs,
      float[] cosine,
      float[] sine,
      int tableOffset,
      boolean neighbouring);

  /** A fresh page of attention memory. */
  KeyValuePage page(KeyValueShape shape);

  /** Quantises one key and one value vector (head size elements) and stores them in a page. */
  void store(
      KeyValuePage page,
      int slot,
      int layer,
      int head,
      float[] key,
      int keyOffset,
      float[] value,
      int valueOffset);

  /**
   * Attention of {@code group} query heads that share one key/value head, at one position.
   * Positions {@code first} (inclusive) to {@code last} (exclusive) are seen; position p lies in
   * slot {@code p % 64} of {@code pages[p / 64]}. The score's factor is fl(1/√head size) unless
   * {@code scale} is not 0, then {@code scale}. Query head h starts at {@code queryOffset + h·head
   * size}; its result goes to {@code outOffset + h·head size}.
   */
  void attend(
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
      int outOffset);

  /**
   * The integer weights of sampling, as {@link SamplingWeights#weigh} writes them down.
   *
   * @param x the values from {@code offset}; none is above {@code shift / factor}; minus infinity
   *     is allowed and weighs 0
   * @param weight takes the {@code n} weights from 0
   * @param heaviest takes the heaviest weight of each block of {@link SamplingWeights#BLOCK}
   * @return the sum of all weights
   */
  default long weigh(
      float[] x, int offset, int n, float factor, float shift, int[] weight, int[] heaviest) {
    return SamplingWeights.weigh(x, offset, n, factor, shift, weight, heaviest);
  }
}
