// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every native variant that this processor runs, bit for bit against the plain kernel. */
@NullMarked
class NativeKernelTest {
  private static final ScalarKernel PLAIN = new ScalarKernel();
  private static final List<TensorType> PACKED =
      List.of(
          TensorType.Q4_0,
          TensorType.Q4_1,
          TensorType.Q5_0,
          TensorType.Q5_1,
          TensorType.Q8_0,
          TensorType.Q4_K,
          TensorType.Q5_K,
          TensorType.Q6_K);

  @BeforeAll
  static void needsACompiler() {
    Assumptions.assumeFalse(kernels().isEmpty(), NativeLibrary::describe);
  }

  static List<NativeKernel> kernels() {
    return NativeKernels.all();
  }

  static Stream<Arguments> kernelsAndTypes() {
    return kernels().stream().flatMap(k -> PACKED.stream().map(type -> Arguments.of(k, type)));
  }

  @ParameterizedTest
  @MethodSource("kernelsAndTypes")
  void sumsAreThoseOfThePlainKernel(NativeKernel kernel, TensorType type) {
    for (boolean extreme : new boolean[] {false, true}) {
      int[] tokens = extreme ? new int[] {1, 4, 9} : new int[] {1, 2, 3, 4, 5, 7, 8, 17};
      for (int count : tokens) {
        // A row of Q8_0 with scales and codes at their limits is as long as its bound allows.
        int columns = extreme && type == TensorType.Q8_0 ? 32 : 512;
        compare(kernel, type, 45, columns, count, extreme);
      }
    }
    compare(kernel, type, 1, 256, 3, false);
    compare(kernel, type, 64, 1280, 6, false);
  }

  @ParameterizedTest
  @MethodSource("kernelsAndTypes")
  void longRunsOfTokensAreCutAnywhere(NativeKernel kernel, TensorType type) {
    compare(kernel, type, 40, 256, 139, false);
  }

  private static void compare(
      NativeKernel kernel, TensorType type, int rows, int columns, int tokens, boolean extreme) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = Synthetic.weights(type, rows, columns, rows + tokens, extreme, arena);
      Matrix matrix = kernel.pack(type, file, rows, columns, arena);
      PackedMatrix plain = PackedMatrix.pack(type, file, rows, columns, 1, arena);
      float[] row = new float[columns + 1];
      float[] plainRow = new float[columns + 1];
      matrix.row(rows - 1, row, 1);
      plain.row(rows - 1, plainRow, 1);
      assertThat(row).containsExactly(plainRow);

      float[] x = extreme ? extremes(tokens * columns) : Synthetic.vector(tokens * columns, rows);
      Activations a = kernel.activations(tokens, columns);
      Activations b = PLAIN.activations(tokens, columns);
      kernel.quantize(x, 0, columns, 0, tokens, a);
      PLAIN.quantize(x, 0, columns, 0, tokens, b);
      for (int t = 0; t < tokens; t++) {
        assertThat(encoded(a, t)).isEqualTo(encoded(b, t));
      }

      long[] expected = new long[tokens * rows];
      PackedMatrix.Unit unit = new PackedMatrix.Unit(type);
      long[] group = new long[tokens * Matrix.GROUP];
      for (int g = 0; g < plain.groups(); g++) {
        ScalarKernel.sums(plain, (PackedActivations) b, 0, tokens, g, unit, group);
        for (int t = 0; t < tokens; t++) {
          for (int r = g * 32; r < Math.min(rows, g * 32 + 32); r++) {
            expected[t * rows + r] = group[t * 32 + r % 32];
          }
        }
      }
      long[] sums = new long[tokens * rows];
      kernel.sums(matrix, a, 0, tokens, sums, rows);
      assertThat(sums).containsExactly(expected);
      if (extreme) {
        assertThat(Arrays.stream(expected).map(Math::abs).max().orElse(0)).isGreaterThan(1L << 48);
      }

      float[] wanted = new float[3 + tokens * (rows + 2)];
      PLAIN.multiply(plain, b, 0, tokens, 0, plain.groups(), wanted, 3, rows + 2);
      for (int from = 0; from < Math.min(tokens, 4); from++) {
        float[] y = new float[wanted.length];
        Arrays.fill(y, -1f);
        kernel.multiply(matrix, a, from, tokens, 0, matrix.groups(), y, 3, rows + 2);
        float[] expectedResult = new float[wanted.length];
        for (int i = 0; i < y.length; i++) {
          int t = (i - 3) / (rows + 2);
          boolean written = i >= 3 && t >= from && (i - 3) % (rows + 2) < rows;
          expectedResult[i] = written ? wanted[i] : -1f;
        }
        same(y, expectedResult);
      }
    }
  }

  /** Vectors whose blocks reach n = 4095 and a = ±127. */
  private static float[] extremes(int n) {
    Random random = new Random(n);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      int choice = random.nextInt(3);
      x[i] = 520_065f * (choice == 0 ? random.nextFloat() : choice == 1 ? 1 : -1);
    }
    return x;
  }

  private static byte[] encoded(Activations x, int token) {
    ByteBuffer out = ByteBuffer.allocate(x.encodedLength());
    x.encode(token, out);
    assertThat(out.hasRemaining()).isFalse();
    return out.array();
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {"F32", "Q4_1", "Q8_0"})
  void packsInSeveralCallsWhatIsLarge(TensorType type) {
    NativeKernel kernel = kernels().getFirst();
    try (Arena arena = Arena.ofConfined()) {
      int rows = 1001;
      MemorySegment file = Synthetic.weights(type, rows, 4096, 9, arena);
      Matrix matrix = kernel.pack(type, file, rows, 4096, arena);
      WeightRow expected = new WeightRow(type, 4096);
      float[] row = new float[4096];
      for (int r = 0; r < rows; r += 99) {
        matrix.row(r, row, 0);
        expected.load(file, r);
        for (int i = 0; i < row.length; i++) {
          int sub = i / expected.subBlock;
          int code = expected.codes[i] - expected.centre;
          assertThat(row[i])
              .isEqualTo(((long) expected.m[sub] * code + expected.mu[sub]) * 0x1p-24f);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {"F32", "F16", "BF16"})
  void floatsBecomeTheSameEightBits(TensorType type) {
    for (NativeKernel kernel : kernels()) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment file = Synthetic.weights(type, 37, 96, 5, arena);
        Matrix matrix = kernel.pack(type, file, 37, 96, arena);
        Matrix plain = PLAIN.pack(type, file, 37, 96, arena);
        float[] a = new float[96];
        float[] b = new float[96];
        for (int row = 0; row < 37; row++) {
          matrix.row(row, a, 0);
          plain.row(row, b, 0);
          assertThat(a).containsExactly(b);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernelsAndTypes")
  void refusesTheSameRowsForTheSameReason(NativeKernel kernel, TensorType type) {
    Random random = new Random(11);
    int refusals = 0;
    for (int round = 0; round < 60; round++) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment file = Synthetic.weights(type, 35, 256, round, round % 2 == 0, arena);
        long block = random.nextLong(file.byteSize() / type.blockBytes()) * type.blockBytes();
        int header = type == TensorType.Q6_K ? 208 : has(type) ? 2 * random.nextInt(2) : 0;
        short half = (short) random.nextInt();
        Synthetic.half(file, block + header, Float.float16ToFloat(half));
        String expected = refusal(PLAIN, type, file);
        assertThat(refusal(kernel, type, file)).isEqualTo(expected);
        refusals += expected.isEmpty() ? 0 : 1;
      }
    }
    assertThat(refusals).isGreaterThan(5);
  }

  private static boolean has(TensorType type) {
    return WeightRow.mu(type);
  }

  private static String refusal(Kernel kernel, TensorType type, MemorySegment file) {
    try (Arena arena = Arena.ofConfined()) {
      kernel.pack(type, file, 35, 256, arena);
      return "";
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void quantisesWhatIsHugeTinyOrZero(NativeKernel kernel) {
    for (float size :
        new float[] {0f, Float.MIN_VALUE, 1e-38f, 1e-30f, 1f, 520_065f, 520_066f, 3e38f}) {
      float[] x = Synthetic.vector(160, 3);
      for (int i = 0; i < x.length; i++) {
        x[i] *= size / 100;
      }
      x[40] = size;
      Activations a = kernel.activations(5, 32);
      Activations b = PLAIN.activations(5, 32);
      kernel.quantize(x, 0, 32, 0, 5, a);
      PLAIN.quantize(x, 0, 32, 0, 5, b);
      for (int t = 0; t < 5; t++) {
        assertThat(encoded(a, t)).isEqualTo(encoded(b, t));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void vectorsAreThoseOfThePlainKernel(NativeKernel kernel) {
    Random random = new Random(17);
    for (int n : new int[] {1, 2, 15, 16, 17, 64, 576, 577}) {
      for (float size : new float[] {0f, 1e-42f, 1e-20f, 1f, 90f, 1e18f}) {
        float[] a = Synthetic.vector(n + 4, n);
        for (int i = 0; i < a.length; i++) {
          a[i] *= size;
        }
        float[] b = a.clone();
        float[] other = Synthetic.vector(n + 4, random.nextLong());
        float[] outA = new float[n + 4];
        float[] outB = new float[n + 4];
        kernel.rmsNorm(a, 3, other, n, 1e-6f, outA, 1);
        PLAIN.rmsNorm(b, 3, other, n, 1e-6f, outB, 1);
        same(outA, outB);
        kernel.silu(a, 1, other, 2, n);
        PLAIN.silu(b, 1, other, 2, n);
        same(a, b);
        kernel.add(a, 0, other, 1, n);
        PLAIN.add(b, 0, other, 1, n);
        same(a, b);
        kernel.gelu(a, 2, other, 0, n);
        PLAIN.gelu(b, 2, other, 0, n);
        same(a, b);
        boolean neighbouring = random.nextBoolean();
        kernel.rotate(a, 1, n / 2, other, outA, 2, neighbouring);
        PLAIN.rotate(b, 1, n / 2, other, outB, 2, neighbouring);
        same(a, b);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void exponentialsAreThoseOfThePlainKernel(NativeKernel kernel) {
    Random random = new Random(23);
    float[] a = new float[200_000];
    float[] one = new float[a.length];
    Arrays.fill(one, 1f);
    for (int i = 0; i < a.length; i++) {
      float any = Float.intBitsToFloat(random.nextInt());
      a[i] = i % 2 == 0 || Float.isNaN(any) ? (random.nextFloat() - 0.5f) * 200 : any;
    }
    float[] b = a.clone();
    kernel.silu(a, 0, one, 0, a.length);
    PLAIN.silu(b, 0, one, 0, b.length);
    same(a, b);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void attentionIsThatOfThePlainKernel(NativeKernel kernel) {
    Random random = new Random(31);
    for (int size : new int[] {2, 30, 64, 80, 96, 128, 256, 512}) {
      KeyValueShape shape = new KeyValueShape(2, 2, size);
      int positions = 330;
      KeyValuePage[] pages = new KeyValuePage[6];
      KeyValuePage[] plain = new KeyValuePage[6];
      for (int i = 0; i < pages.length; i++) {
        pages[i] = kernel.page(shape);
        plain[i] = PLAIN.page(shape);
      }
      float[] vectors = Synthetic.vector(2 * size * positions, size);
      Arrays.fill(vectors, 3 * size, 4 * size, 0f);
      for (int p = 0; p < positions; p++) {
        int at = 2 * size * p;
        kernel.store(pages[p / 64], p % 64, 1, 1, vectors, at, vectors, at + size);
        PLAIN.store(plain[p / 64], p % 64, 1, 1, vectors, at, vectors, at + size);
      }
      KeyValuePage copy = kernel.page(shape);
      copy.copyFrom(pages[2], 47);
      pages[2].free();
      pages[2] = copy;
      int[][] ranges = {{0, 1}, {0, 16}, {1, 2}, {3, 175}, {0, 63}, {0, 64}, {60, 65}, {130, 170}};
      for (int[] range : ranges) {
        for (int group = 1; group <= 7; group++) {
          float[] query = Synthetic.vector(group * size + 1, random.nextLong());
          float scale = random.nextBoolean() ? 0 : 0.0625f;
          float[] a = new float[group * size + 2];
          float[] b = new float[group * size + 2];
          kernel.attend(pages, 1, 1, range[0], range[1], query, 1, group, scale, a, 2);
          PLAIN.attend(plain, 1, 1, range[0], range[1], query, 1, group, scale, b, 2);
          same(a, b);
        }
      }
      for (KeyValuePage page : pages) {
        page.free();
      }
    }
  }

  private static void same(float[] a, float[] b) {
    for (int i = 0; i < b.length; i++) {
      if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])
          && !(Float.isNaN(a[i]) && Float.isNaN(b[i]))) {
        assertThat(a[i]).as("element %d", i).isEqualTo(b[i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void refusesNanAndInfinityWherever(NativeKernel kernel) {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int at : new int[] {0, 33, 95}) {
        float[] x = Synthetic.vector(96, 1);
        x[at] = bad;
        float[] good = Synthetic.vector(96, 2);
        float[] out = new float[96];
        Activations a = kernel.activations(1, 96);
        assertThatThrownBy(() -> kernel.quantize(x, 0, 96, 0, 1, a))
            .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> kernel.rmsNorm(x, 0, good, 96, 1e-5f, out, 0))
            .isInstanceOf(ArithmeticException.class);
        KeyValuePage page = kernel.page(new KeyValueShape(1, 1, 96));
        assertThatThrownBy(() -> kernel.store(page, 0, 0, 0, x, 0, good, 0))
            .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> kernel.store(page, 0, 0, 0, good, 0, x, 0))
            .isInstanceOf(ArithmeticException.class);
        kernel.store(page, 0, 0, 0, good, 0, good, 0);
        KeyValuePage[] pages = {page};
        assertThatThrownBy(() -> kernel.attend(pages, 0, 0, 0, 1, x, 0, 1, 0, out, 0))
            .isInstanceOf(ArithmeticException.class);
        page.free();
      }
    }
    KeyValuePage page = kernel.page(new KeyValueShape(1, 1, 64));
    float[] huge = new float[64];
    Arrays.fill(huge, 3e38f);
    kernel.store(page, 5, 0, 0, huge, 0, huge, 0);
    assertThatThrownBy(
            () ->
                kernel.attend(
                    new KeyValuePage[] {page}, 0, 0, 5, 6, huge, 0, 1, 0, new float[64], 0))
        .isInstanceOf(ArithmeticException.class);
    page.free();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void matricesOfManySizesDoNotOverlapAndGoWithTheirArena(NativeKernel kernel) {
    Random random = new Random(41);
    try (Arena source = Arena.ofShared()) {
      MemorySegment file = Synthetic.weights(TensorType.Q8_0, 20_000, 1024, 7, source);
      for (int round = 0; round < 8; round++) {
        try (Arena arena = Arena.ofShared()) {
          List<Matrix> matrices =
              Stream.generate(() -> random.nextInt(10) == 0 ? 20_000 : 1 + random.nextInt(300))
                  .limit(12)
                  .parallel()
                  .map(rows -> kernel.pack(TensorType.Q8_0, file, rows, 1024, arena))
                  .toList();
          for (Matrix matrix : matrices) {
            float[] first = new float[1024];
            float[] last = new float[1024];
            matrix.row(0, first, 0);
            matrix.row(matrix.rows() - 1, last, 0);
            WeightRow expected = new WeightRow(TensorType.Q8_0, 1024);
            expected.load(file, 0);
            assertThat(first[77]).isEqualTo((long) expected.m[2] * expected.codes[77] * 0x1p-24f);
            expected.load(file, matrix.rows() - 1);
            assertThat(last[77]).isEqualTo((long) expected.m[2] * expected.codes[77] * 0x1p-24f);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void refusesWhatWouldLeaveItsArray(NativeKernel kernel) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = Synthetic.weights(TensorType.Q4_0, 40, 64, 1, arena);
      Matrix matrix = kernel.pack(TensorType.Q4_0, file, 40, 64, arena);
      Activations x = kernel.activations(3, 64);
      kernel.quantize(new float[192], 0, 64, 0, 3, x);
      assertThatThrownBy(() -> kernel.multiply(matrix, x, 0, 3, 0, 2, new float[119], 0, 40))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> kernel.multiply(matrix, x, 0, 4, 0, 2, new float[999], 0, 40))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> kernel.multiply(matrix, x, 0, 3, 0, 3, new float[999], 0, 40))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> kernel.quantize(new float[191], 0, 64, 0, 3, x))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> kernel.pack(TensorType.Q4_0, file, 80, 64, arena))
          .isInstanceOf(IndexOutOfBoundsException.class);
      KeyValuePage page = kernel.page(new KeyValueShape(1, 1, 64));
      page.free();
      assertThatThrownBy(() -> kernel.store(page, 0, 0, 0, new float[64], 0, new float[64], 0))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
