// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Compares a freshly loaded kernel with the plain one, so that a compiler's mistake shows as a
 * refusal and never as another answer. The tests of this room look much closer.
 */
final class NativeCheck {
  private static final List<TensorType> TYPES =
      List.of(
          TensorType.Q4_0,
          TensorType.Q4_1,
          TensorType.Q5_0,
          TensorType.Q5_1,
          TensorType.Q8_0,
          TensorType.Q4_K,
          TensorType.Q5_K,
          TensorType.Q6_K);
  private static final int ROWS = 33;
  private static final int COLUMNS = 256;
  private static final int TOKENS = 6;
  private static final int SIZE = 80;
  private static final int POSITIONS = 70;
  private static final int HEADS = 3;

  private NativeCheck() {}

  /** The first operation whose result differs from the plain kernel's. */
  static Optional<String> difference(Kernel kernel) {
    Kernel plain = new ScalarKernel();
    for (TensorType type : TYPES) {
      if (!Arrays.equals(bits(product(kernel, type)), bits(product(plain, type)))) {
        return Optional.of("product with " + type);
      }
    }
    if (!Arrays.equals(bits(vectors(kernel)), bits(vectors(plain)))) {
      return Optional.of("norm, residual or gates");
    }
    if (!Arrays.equals(bits(attention(kernel)), bits(attention(plain)))) {
      return Optional.of("attention");
    }
    if (!Arrays.equals(weights(kernel), weights(plain))) {
      return Optional.of("weights of sampling");
    }
    return Optional.empty();
  }

  private static float[] product(Kernel kernel, TensorType type) {
    Random random = new Random(type.id());
    byte[] file = new byte[ROWS * COLUMNS / type.blockSize() * type.blockBytes()];
    random.nextBytes(file);
    for (int block = 0; block < file.length; block += type.blockBytes()) {
      int scales = type == TensorType.Q6_K ? block + 208 : block;
      // Exponent bits of a binary16 near 0.01, so that the bound holds.
      file[scales + 1] = (byte) ((file[scales + 1] & 0x83) | 0x20);
      if (type != TensorType.Q6_K) {
        file[scales + 3] = (byte) ((file[scales + 3] & 0x83) | 0x20);
      }
    }
    float[] y = new float[(TOKENS + 3) * ROWS];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(file.length);
      MemorySegment.copy(file, 0, bytes, ValueLayout.JAVA_BYTE, 0, file.length);
      Matrix matrix = kernel.pack(type, bytes, ROWS, COLUMNS, arena);
      Activations x = kernel.activations(TOKENS + 3, COLUMNS);
      float[] vectors = random((TOKENS + 3) * COLUMNS, 1);
      kernel.quantize(vectors, 0, COLUMNS, 0, TOKENS + 3, x);
      // Many tokens, then one, two and four of them: each is another kernel.
      kernel.multiply(matrix, x, 0, TOKENS, 0, matrix.groups(), y, 0, ROWS);
      kernel.multiply(matrix, x, TOKENS, TOKENS + 3, 0, matrix.groups(), y, 0, ROWS);
      float[] four = new float[y.length];
      kernel.multiply(matrix, x, 0, 3, 0, matrix.groups(), four, 0, ROWS);
      for (int i = 0; i < y.length; i++) {
        y[i] += four[i];
      }
    }
    return y;
  }

  private static float[] vectors(Kernel kernel) {
    float[] x = random(COLUMNS + 5, 2);
    float[] other = random(COLUMNS + 5, 3);
    float[] gate = random(COLUMNS + 5, 4);
    kernel.rmsNorm(x, 0, other, x.length, 1e-5f, x, 0);
    kernel.silu(gate, 0, x, 0, gate.length);
    kernel.add(x, 0, gate, 0, x.length);
    kernel.gelu(x, 0, other, 0, x.length);
    kernel.rotate(x, 1, 40, other, gate, 3, false);
    return x;
  }

  private static int[] weights(Kernel kernel) {
    float[] x = random(COLUMNS + 5, 6);
    for (int i = 0; i < x.length; i++) {
      x[i] = -20 * Math.abs(x[i]);
    }
    int[] weight = new int[x.length + 2];
    int[] heaviest = new int[2];
    long total = kernel.weigh(x, 0, x.length, 1.25f, 0, weight, heaviest);
    weight[x.length] = (int) total;
    weight[x.length + 1] = (int) (total >>> 32) ^ heaviest[0] ^ heaviest[1];
    return weight;
  }

  private static float[] attention(Kernel kernel) {
    KeyValueShape shape = new KeyValueShape(1, 1, SIZE);
    KeyValuePage[] pages = {kernel.page(shape), kernel.page(shape)};
    try {
      float[] vectors = random(2 * SIZE * POSITIONS, 5);
      for (int p = 0; p < POSITIONS; p++) {
        int at = 2 * SIZE * p;
        kernel.store(pages[p / 64], p % 64, 0, 0, vectors, at, vectors, at + SIZE);
      }
      float[] out = new float[HEADS * SIZE];
      kernel.attend(pages, 0, 0, 3, POSITIONS, vectors, 7, HEADS, 0, out, 0);
      return out;
    } finally {
      pages[0].free();
      pages[1].free();
    }
  }

  private static float[] random(int n, long seed) {
    Random random = new Random(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (random.nextFloat() - 0.5f) * (random.nextInt(50) == 0 ? 90 : 3);
    }
    return x;
  }

  private static int[] bits(float[] x) {
    int[] bits = new int[x.length];
    for (int i = 0; i < x.length; i++) {
      bits[i] = Float.floatToRawIntBits(x[i]);
    }
    return bits;
  }
}
