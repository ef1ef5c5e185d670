// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.peer;

import dev.freehold.kernel.Activations;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.kernel.KeyValueShape;
import dev.freehold.kernel.Matrix;
import dev.freehold.kernel.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** A kernel that notes how long each operation takes, all threads together. */
final class TimedKernel implements Kernel {
  private final Kernel kernel;
  private final Map<String, LongAdder> nanos = new ConcurrentHashMap<>();
  private final Map<Matrix, String> products = new ConcurrentHashMap<>();

  TimedKernel(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Nanoseconds of every operation since the last call. */
  Map<String, Long> take() {
    Map<String, Long> taken = new TreeMap<>();
    nanos.forEach((operation, sum) -> taken.put(operation, sum.sumThenReset()));
    return taken;
  }

  private void note(String operation, long start) {
    long passed = System.nanoTime() - start;
    nanos.computeIfAbsent(operation, key -> new LongAdder()).add(passed);
  }

  @Override
  public String name() {
    return kernel.name();
  }

  @Override
  public Matrix pack(TensorType type, MemorySegment file, int rows, int columns, Arena arena) {
    Matrix matrix = kernel.pack(type, file, rows, columns, arena);
    products.put(matrix, "product " + type + " " + rows + " x " + columns);
    return matrix;
  }

  @Override
  public int tile() {
    return kernel.tile();
  }

  @Override
  public Activations activations(int capacity, int width) {
    return kernel.activations(capacity, width);
  }

  @Override
  public void quantize(float[] x, int offset, int stride, int from, int to, Activations out) {
    long start = System.nanoTime();
    kernel.quantize(x, offset, stride, from, to, out);
    note("quantise", start);
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
    long start = System.nanoTime();
    kernel.multiply(matrix, x, from, to, firstGroup, lastGroup, y, offset, stride);
    note(products.getOrDefault(matrix, "product"), start);
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, int n, float epsilon, float[] out, int outOffset) {
    long start = System.nanoTime();
    kernel.rmsNorm(x, xOffset, weight, n, epsilon, out, outOffset);
    note("norm", start);
  }

  @Override
  public void add(float[] x, int xOffset, float[] o, int oOffset, int n) {
    long start = System.nanoTime();
    kernel.add(x, xOffset, o, oOffset, n);
    note("add", start);
  }

  @Override
  public void silu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    long start = System.nanoTime();
    kernel.silu(gate, gateOffset, up, upOffset, n);
    note("silu", start);
  }

  @Override
  public long weigh(
      float[] x, int offset, int n, float factor, float shift, int[] weight, int[] heaviest) {
    long start = System.nanoTime();
    long total = kernel.weigh(x, offset, n, factor, shift, weight, heaviest);
    note("weigh", start);
    return total;
  }

  @Override
  public void gelu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    long start = System.nanoTime();
    kernel.gelu(gate, gateOffset, up, upOffset, n);
    note("gelu", start);
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
    long start = System.nanoTime();
    kernel.rotate(vector, offset, pairs, cosine, sine, tableOffset, neighbouring);
    note("rotate", start);
  }

  @Override
  public KeyValuePage page(KeyValueShape shape) {
    return kernel.page(shape);
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
    long start = System.nanoTime();
    kernel.store(page, slot, layer, head, key, keyOffset, value, valueOffset);
    note("store", start);
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
    long start = System.nanoTime();
    kernel.attend(
        pages, layer, head, first, last, query, queryOffset, group, scale, out, outOffset);
    note("attend", start);
  }
}
