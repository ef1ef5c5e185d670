// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The plain lane against arbitrary-precision integers, and its refusals. */
class ScalarKernelTest {
  private final Kernel kernel = new ScalarKernel();

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void productIsTheExactSumRoundedOnce(TensorType type) {
    int rows = 37;
    int columns = 512;
    int tokens = 3;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = Synthetic.weights(type, rows, columns, 7, arena);
      Matrix matrix = kernel.pack(type, file, rows, columns, arena);
      float[] x = Synthetic.vector(tokens * columns, 11);
      Activations activations = kernel.activations(tokens, columns);
      kernel.quantize(x, 0, columns, 0, tokens, activations);
      float[] y = new float[tokens * rows];
      kernel.multiply(matrix, activations, 0, tokens, 0, matrix.groups(), y, 0, rows);
      ByteBuffer encoded = ByteBuffer.allocate(activations.encodedLength());
      WeightRow row = new WeightRow(type, columns);
      for (int t = 0; t < tokens; t++) {
        activations.encode(t, encoded.clear());
        encoded.flip();
        int f = encoded.getShort();
        int[] n = new int[columns / 32];
        for (int b = 0; b < n.length; b++) {
          n[b] = encoded.getShort();
        }
        byte[] a = new byte[columns];
        encoded.get(a);
        for (int r = 0; r < rows; r++) {
          row.load(file, r);
          BigInteger sum = BigInteger.ZERO;
          for (int i = 0; i < columns; i++) {
            int sub = i / row.subBlock;
            BigInteger weight =
                BigInteger.valueOf(row.m[sub])
                    .multiply(BigInteger.valueOf(row.codes[i] - row.centre))
                    .add(BigInteger.valueOf(row.mu[sub]));
            sum = sum.add(weight.multiply(BigInteger.valueOf((long) n[i / 32] * a[i])));
          }
          assertThat(sum.bitLength()).isLessThan(62);
          assertThat(y[t * rows + r])
              .isEqualTo((float) Math.scalb((double) (float) sum.longValueExact(), f - 24));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void rowReadsBackTheWeights(TensorType type) {
    int columns = 512;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = Synthetic.weights(type, 40, columns, 3, arena);
      Matrix matrix = kernel.pack(type, file, 40, columns, arena);
      WeightRow row = new WeightRow(type, columns);
      float[] out = new float[columns + 1];
      for (int r : new int[] {0, 31, 32, 39}) {
        row.load(file, r);
        matrix.row(r, out, 1);
        for (int i = 0; i < columns; i++) {
          int sub = i / row.subBlock;
          double weight = (double) row.m[sub] * (row.codes[i] - row.centre) + row.mu[sub];
          assertThat(out[i + 1]).isEqualTo((float) (weight * 0x1p-24));
        }
      }
    }
  }

  @Test
  void activationKeepsTwelveBitsOfBlockScale() {
    float[] x = new float[64];
    x[3] = -1000f;
    x[40] = 0.5f;
    Activations activations = kernel.activations(1, 64);
    kernel.quantize(x, 0, 64, 0, 1, activations);
    ByteBuffer out = ByteBuffer.allocate(activations.encodedLength());
    activations.encode(0, out);
    out.flip();
    // 1000 lies in [2^9, 2^10): f = 9 - 18; 1000·2^9 = 512,000 = 127·4031.5
    assertThat(out.getShort()).isEqualTo((short) -9);
    assertThat(out.getShort()).isEqualTo((short) 4032);
    assertThat(out.getShort()).isEqualTo((short) 3);
    assertThat(out.get(6 + 3)).isEqualTo((byte) -127);
    assertThat(out.get(6 + 40)).isEqualTo((byte) 85);
  }

  @Test
  void refusesNaNAndInfinityWhereverVectorsAreReduced() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] x = Synthetic.vector(64, 1);
      float[] good = x.clone();
      x[63] = bad;
      KeyValuePage page = kernel.page(new KeyValueShape(1, 1, 64));
      kernel.store(page, 0, 0, 0, good, 0, good, 0);
      KeyValuePage[] pages = {page};
      Activations out = kernel.activations(1, 64);
      assertThatThrownBy(() -> kernel.quantize(x, 0, 64, 0, 1, out))
          .isInstanceOf(ArithmeticException.class);
      assertThatThrownBy(() -> kernel.rmsNorm(x, 0, good, 64, 1e-5f, new float[64], 0))
          .isInstanceOf(ArithmeticException.class);
      assertThatThrownBy(() -> kernel.store(page, 0, 0, 0, x, 0, good, 0))
          .isInstanceOf(ArithmeticException.class);
      assertThatThrownBy(() -> kernel.store(page, 0, 0, 0, good, 0, x, 0))
          .isInstanceOf(ArithmeticException.class);
      assertThatThrownBy(() -> kernel.attend(pages, 0, 0, 0, 1, x, 0, 1, 0, new float[64], 0))
          .isInstanceOf(ArithmeticException.class);
    }
  }

  @Test
  void refusesNormWhoseMeanSquareLeavesBinary32() {
    float[] x = new float[64];
    Arrays.fill(x, 0x1p100f);
    assertThatThrownBy(() -> kernel.rmsNorm(x, 0, x.clone(), 64, 1e-5f, x, 0))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void refusesScalesThatIntegersCannotHoldNamingTheRow() {
    try (Arena arena = Arena.ofConfined()) {
      for (float d : new float[] {128f, -128f, Float.POSITIVE_INFINITY, Float.NaN}) {
        MemorySegment file = Synthetic.weights(TensorType.Q4_0, 3, 64, 1, arena);
        Synthetic.half(file, 2 * 36 + 18, d);
        assertThatThrownBy(() -> kernel.pack(TensorType.Q4_0, file, 3, 64, arena))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("row 2");
      }
      MemorySegment file = Synthetic.weights(TensorType.Q4_1, 1, 32, 1, arena);
      Synthetic.half(file, 0, 120f);
      Synthetic.half(file, 2, 120f);
      assertThatThrownBy(() -> kernel.pack(TensorType.Q4_1, file, 1, 32, arena))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("32 bits");
    }
  }

  @Test
  void refusesRowWhoseSumCouldLeave62Bits() {
    int columns = 32 * 4096;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = arena.allocate(columns / 32L * 34);
      file.fill((byte) 127);
      for (int block = 0; block < columns / 32; block++) {
        Synthetic.half(file, block * 34L, 64f);
      }
      assertThatThrownBy(() -> kernel.pack(TensorType.Q8_0, file, 1, columns, arena))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("62 bits");
    }
  }

  @Test
  void refusesWidthsThatBlocksDoNotFill() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = arena.allocate(1024);
      assertThatThrownBy(() -> kernel.pack(TensorType.F32, file, 1, 48, arena))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> kernel.pack(TensorType.Q4_K, file, 1, 128, arena))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void floatsBecomeEightBitsWithTheSmallestScaleThatHoldsThem() {
    Random random = new Random(5);
    try (Arena arena = Arena.ofConfined()) {
      WeightRow row = new WeightRow(TensorType.F32, 32);
      for (int round = 0; round < 20_000; round++) {
        MemorySegment file = arena.allocate(128);
        double magnitude = Math.scalb(1.0, random.nextInt(40) - 30);
        float max = 0;
        for (int i = 0; i < 32; i++) {
          float value = (float) (random.nextGaussian() * magnitude);
          max = Math.max(max, Math.abs(value));
          Synthetic.single(file, 4L * i, value);
        }
        row.load(file, 0);
        double d = row.m[0] * 0x1p-24;
        assertThat(127 * d).isGreaterThanOrEqualTo(max);
        double below = Float.float16ToFloat((short) (row.scale[0] - 1));
        assertThat(127 * below).isLessThan(max);
      }
    }
  }

  @Test
  void attentionFollowsBinary64Closely() {
    int size = 64;
    int positions = 150;
    KeyValueShape shape = new KeyValueShape(2, 2, size);
    KeyValuePage[] pages = {kernel.page(shape), kernel.page(shape), kernel.page(shape)};
    float[] keys = plain(positions * size, 21);
    float[] values = plain(positions * size, 22);
    for (int p = 0; p < positions; p++) {
      kernel.store(pages[p / 64], p % 64, 1, 1, keys, p * size, values, p * size);
    }
    float[] query = plain(3 * size, 23);
    float[] out = new float[3 * size];
    kernel.attend(pages, 1, 1, 5, positions, query, 0, 3, 0, out, 0);
    for (int h = 0; h < 3; h++) {
      double[] scores = new double[positions];
      double total = 0;
      for (int p = 5; p < positions; p++) {
        double dot = 0;
        for (int i = 0; i < size; i++) {
          dot += (double) query[h * size + i] * keys[p * size + i];
        }
        scores[p] = Math.exp(dot / Math.sqrt(size));
        total += scores[p];
      }
      for (int i = 0; i < size; i++) {
        double expected = 0;
        for (int p = 5; p < positions; p++) {
          expected += scores[p] * values[p * size + i] / total;
        }
        assertThat((double) out[h * size + i]).isCloseTo(expected, Offset.offset(0.02));
      }
    }
  }

  private static float[] plain(int n, long seed) {
    Random random = new Random(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = random.nextFloat() * 2 - 1;
    }
    return x;
  }

  @Test
  void copiedPageAnswersLikeItsSource() {
    KeyValueShape shape = new KeyValueShape(2, 3, 32);
    KeyValuePage source = kernel.page(shape);
    float[] x = Synthetic.vector(40 * 32, 9);
    for (int p = 0; p < 40; p++) {
      for (int layer = 0; layer < 2; layer++) {
        for (int head = 0; head < 3; head++) {
          kernel.store(source, p, layer, head, x, p * 32, x, (39 - p) * 32);
        }
      }
    }
    KeyValuePage copy = kernel.page(shape);
    copy.copyFrom(source, 33);
    float[] expected = new float[32];
    float[] found = new float[32];
    kernel.attend(new KeyValuePage[] {source}, 1, 2, 0, 33, x, 64, 1, 0, expected, 0);
    kernel.attend(new KeyValuePage[] {copy}, 1, 2, 0, 33, x, 64, 1, 0, found, 0);
    assertThat(found).containsExactly(expected);
  }
}
