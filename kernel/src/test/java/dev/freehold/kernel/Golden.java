// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import dev.freehold.record.Digest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.NullMarked;

/**
 * The golden vectors of docs/formats/arithmetic.md: inputs made by a written rule, and the digest
 * of every operation's result.
 */
@NullMarked
final class Golden {
  private static final int ROWS = 40;
  private static final int COLUMNS = 256;
  private static final int TOKENS = 7;
  private long state;

  private Golden(long seed) {
    state = seed;
  }

  /** SplitMix64. */
  private long next() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** n numbers of 24 bits in [-4, 4). */
  private float[] vector(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = ((next() >>> 40) - (1 << 23)) * 0x1p-21f;
    }
    return x;
  }

  /** A matrix in file form: random bytes, every floating-point field with a fixed exponent. */
  private MemorySegment weights(TensorType type, Arena arena) {
    long blocks = (long) ROWS * (COLUMNS / type.blockSize());
    MemorySegment file = arena.allocate(blocks * type.blockBytes());
    for (long i = 0; i < file.byteSize(); i++) {
      file.set(ValueLayout.JAVA_BYTE, i, (byte) next());
    }
    for (long b = 0; b < blocks; b++) {
      long at = b * type.blockBytes();
      switch (type) {
        case F32 -> exponent(file, at + 2, 0x807f, 0x3c00);
        case F16 -> exponent(file, at, 0x83ff, 0x2000);
        case BF16 -> exponent(file, at, 0x807f, 0x3c00);
        case Q4_0, Q5_0, Q8_0 -> exponent(file, at, 0x83ff, 0x1800);
        case Q4_1, Q5_1, Q4_K, Q5_K -> {
          exponent(file, at, 0x83ff, 0x1800);
          exponent(file, at + 2, 0x83ff, 0x1800);
        }
        case Q6_K -> exponent(file, at + 208, 0x83ff, 0x1800);
      }
    }
    return file;
  }

  private static void exponent(MemorySegment file, long at, int keep, int set) {
    int low = file.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    int high = file.get(ValueLayout.JAVA_BYTE, at + 1) & 0xff;
    int value = ((low | high << 8) & keep) | set;
    file.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    file.set(ValueLayout.JAVA_BYTE, at + 1, (byte) (value >> 8));
  }

  private static String digest(float[] x) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * x.length);
    for (float v : x) {
      bytes.putFloat(v);
    }
    return Digest.sha256(bytes.array()).toString().substring(7, 7 + 32);
  }

  /** Every golden operation's digest, by name, as one lane computes it. */
  static Map<String, String> digests(Kernel kernel) {
    Map<String, String> digests = new LinkedHashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      float[] x = new Golden(1).vector(TOKENS * COLUMNS);
      for (int i = 0; i < COLUMNS; i++) {
        x[COLUMNS + i] *= i % 64 == 5 ? 1000f : 0.001f;
        x[2 * COLUMNS + i] = 0f;
      }
      Activations activations = kernel.activations(TOKENS, COLUMNS);
      kernel.quantize(x, 0, COLUMNS, 0, TOKENS, activations);
      ByteBuffer encoded = ByteBuffer.allocate(TOKENS * activations.encodedLength());
      for (int t = 0; t < TOKENS; t++) {
        activations.encode(t, encoded);
      }
      digests.put("quantize", Digest.sha256(encoded.array()).toString().substring(7, 7 + 32));
      int seed = 2;
      for (TensorType type : TensorType.values()) {
        MemorySegment file = new Golden(seed++).weights(type, arena);
        Matrix matrix = kernel.pack(type, file, ROWS, COLUMNS, arena);
        float[] y = new float[TOKENS * ROWS];
        kernel.multiply(matrix, activations, 0, TOKENS, 0, matrix.groups(), y, 0, ROWS);
        digests.put("multiply " + type, digest(y));
        float[] single = new float[TOKENS * ROWS];
        for (int t = 1; t < TOKENS; t += 5) {
          kernel.multiply(matrix, activations, t, t + 1, 0, matrix.groups(), single, 0, ROWS);
        }
        digests.put("multiply " + type + " singly", digest(single));
        float[] row = new float[COLUMNS];
        matrix.row(33, row, 0);
        digests.put("row " + type, digest(row));
      }
      elements(kernel, x, digests);
      attention(kernel, 64, digests);
      attention(kernel, 80, digests);
    }
    return digests;
  }

  private static void elements(Kernel kernel, float[] x, Map<String, String> digests) {
    float[] weight = new Golden(20).vector(COLUMNS);
    float[] out = new float[TOKENS * COLUMNS];
    for (int t = 0; t < TOKENS; t++) {
      kernel.rmsNorm(x, t * COLUMNS, weight, COLUMNS, 1e-5f, out, t * COLUMNS);
    }
    digests.put("norm", digest(out));
    float[] up = new Golden(21).vector(out.length);
    float[] gate = x.clone();
    kernel.silu(gate, 0, up, 0, gate.length);
    digests.put("silu", digest(gate));
    gate = x.clone();
    kernel.gelu(gate, 0, up, 0, gate.length);
    digests.put("gelu", digest(gate));
    gate = x.clone();
    kernel.add(gate, 0, up, 0, gate.length);
    digests.put("add", digest(gate));
    float[] cosine = new Golden(22).vector(32);
    float[] sine = new Golden(23).vector(32);
    gate = x.clone();
    kernel.rotate(gate, 0, 32, cosine, sine, 0, true);
    kernel.rotate(gate, 64, 32, cosine, sine, 0, false);
    digests.put("rotate", digest(gate));
    float[] exponentials = new Golden(24).vector(4096);
    for (int i = 0; i < exponentials.length; i++) {
      exponentials[i] = Arithmetic.exp(exponentials[i] * 23f);
    }
    digests.put("exp", digest(exponentials));
  }

  private static void attention(Kernel kernel, int size, Map<String, String> digests) {
    int positions = 150;
    KeyValueShape shape = new KeyValueShape(1, 2, size);
    KeyValuePage[] pages = {kernel.page(shape), kernel.page(shape), kernel.page(shape)};
    float[] keys = new Golden(30).vector(positions * size);
    float[] values = new Golden(31).vector(positions * size);
    IntConsumer store =
        p -> kernel.store(pages[p / 64], p % 64, 0, 1, keys, p * size, values, p * size);
    for (int p = 0; p < positions; p++) {
      store.accept(p);
    }
    float[] query = new Golden(32).vector(3 * size);
    float[] out = new float[9 * size];
    kernel.attend(pages, 0, 1, 0, positions, query, 0, 3, 0, out, 0);
    kernel.attend(pages, 0, 1, 70, 71, query, 0, 3, 0, out, 3 * size);
    kernel.attend(pages, 0, 1, 30, 131, query, 0, 3, 0.25f, out, 6 * size);
    digests.put("attend " + size, digest(out));
    for (KeyValuePage page : pages) {
      page.free();
    }
  }
}
