// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every vector width that this processor runs well, bit for bit against the plain kernel. */
@NullMarked
class VectorKernelTest {
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

  static List<Integer> widths() {
    return Kernels.widths();
  }

  static Stream<Arguments> widthsAndTypes() {
    return widths().stream().flatMap(w -> PACKED.stream().map(type -> Arguments.of(w, type)));
  }

  @ParameterizedTest
  @MethodSource("widthsAndTypes")
  void sumsAreThoseOfThePlainKernel(int width, TensorType type) {
    for (boolean pairs : new boolean[] {false, true}) {
      VectorKernel kernel = VectorKernel.always(width, pairs);
      for (int tokens : new int[] {1, 2, 6, 17}) {
        compare(kernel, type, 83, 256, tokens, false);
      }
      for (int tokens : new int[] {1, 5, 12}) {
        compare(kernel, type, 32, 512, tokens, true);
      }
      // An odd number of sub-blocks, where the type allows it.
      compare(kernel, type, 65, type.blockSize() == 32 ? 96 : 256, 4, false);
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void manyTokensAreCutIntoPieces(int width) {
    for (boolean pairs : new boolean[] {false, true}) {
      VectorKernel kernel = VectorKernel.always(width, pairs);
      compare(kernel, TensorType.Q4_1, 64, 64, Scratch.TOKENS + 5, false);
      compare(kernel, TensorType.Q8_0, 32, 64, 2 * Scratch.TOKENS + 1, false);
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void wideMatricesAreExpandedInPieces(int width) {
    // 49 sub-blocks: one more than a piece has. And 64 of 16 columns.
    for (boolean pairs : new boolean[] {false, true}) {
      VectorKernel kernel = VectorKernel.always(width, pairs);
      compare(kernel, TensorType.Q4_1, 64, 49 * 32, 7, false);
      compare(kernel, TensorType.Q8_0, 64, 49 * 32, 7, true);
      compare(kernel, TensorType.Q6_K, 32, 1024, 7, false);
    }
  }

  /** Every product of a pair, and every sum of them, as far from zero as it can be. */
  @ParameterizedTest
  @MethodSource("widths")
  void pairsOfColumnsAreExactAtTheLimits(int width) {
    int columns = 96;
    int tokens = 6;
    try (Arena arena = Arena.ofConfined()) {
      for (int round = 0; round < 8; round++) {
        MemorySegment file = arena.allocate(64L * columns / 32 * 34);
        for (int i = 0; i < 64 * columns / 32; i++) {
          file.set(ValueLayout.JAVA_SHORT_UNALIGNED, 34L * i, Float.floatToFloat16(0.5f));
          for (int k = 0; k < 32; k++) {
            boolean negative = (round & 1 << (k & 1)) == 0;
            file.set(ValueLayout.JAVA_BYTE, 34L * i + 2 + k, (byte) (negative ? -128 : 127));
          }
        }
        PackedMatrix plain = PackedMatrix.pack(TensorType.Q8_0, file, 64, columns, 1, arena);
        VectorKernel kernel = VectorKernel.always(width, true);
        Matrix w = kernel.pack(TensorType.Q8_0, file, 64, columns, arena);
        PackedActivations x = new PackedActivations(tokens, columns, true);
        for (int i = 0; i < x.element.length; i++) {
          x.element[i] = (byte) ((round & 4) == 0 || i % 2 == 0 ? 127 : -127);
        }
        Arrays.fill(x.factor, 1);
        for (int t = 0; t < tokens; t++) {
          x.derive(t);
          x.spread(t);
        }
        float[] found = new float[64 * tokens];
        float[] expected = new float[64 * tokens];
        kernel.multiply(w, x, 0, tokens, 0, 2, found, 0, 64);
        PLAIN.multiply(plain, x, 0, tokens, 0, 2, expected, 0, 64);
        assertThat(found).as("round %d", round).containsExactly(expected);
        // 32 codes of -128, 127 or both times 127 or -127, scaled by 0.5: no sum needs rounding.
        int even = (round & 1) == 0 ? -128 : 127;
        int odd = ((round & 2) == 0 ? -128 : 127) * ((round & 4) == 0 ? 1 : -1);
        assertThat(found).containsOnly(columns / 2 * (even + odd) * 127 * 0.5f);
      }
    }
  }

  /** Whichever form of a product is chosen, and whenever: its results stay what they were. */
  @Test
  void productsStayTheSameWhenAFasterFormIsFound() throws InterruptedException {
    if (widths().isEmpty()) {
      return;
    }
    VectorKernel kernel = VectorKernel.warmingUp(widths().getLast());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = Synthetic.weights(TensorType.Q8_0, 64, 96, 1, arena);
      Matrix w = kernel.pack(TensorType.Q8_0, file, 64, 96, arena);
      float[] x = Synthetic.vector(9 * 96, 1);
      Activations a = kernel.activations(9, 96);
      kernel.quantize(x, 0, 96, 0, 9, a);
      float[] first = new float[9 * 64];
      kernel.multiply(w, a, 0, 9, 0, 2, first, 0, 64);
      // Some hundred turns after the first form is ready the other one is chosen, or is not.
      int turns = 0;
      for (int i = 0; i < 600 && turns < 40; i++) {
        Thread.sleep(50);
        float[] later = new float[9 * 64];
        kernel.multiply(w, a, 0, 9, 0, 2, later, 0, 64);
        assertThat(later).containsExactly(first);
        turns += kernel.ready(Operation.PREFILL_Q8_0) ? 1 : 0;
      }
      assertThat(kernel.ready(Operation.PREFILL_Q8_0)).isTrue();
    }
  }

  private static void compare(
      VectorKernel kernel, TensorType type, int rows, int columns, int tokens, boolean extreme) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = Synthetic.weights(type, rows, columns, tokens, extreme, arena);
      PackedMatrix plain = PackedMatrix.pack(type, file, rows, columns, 1, arena);
      Matrix w = kernel.pack(type, file, rows, columns, arena);
      PackedActivations x = new PackedActivations(tokens + 2, columns, true);
      float[] values = Synthetic.vector((tokens + 2) * columns, 3);
      PLAIN.quantize(values, 0, columns, 0, tokens + 2, x);
      if (extreme) {
        extremes(x, tokens);
      }
      int firstGroup = w.groups() > 2 ? 1 : 0;
      int rowsSeen = 32 * (w.groups() - firstGroup);
      long[] found = new long[tokens * rowsSeen];
      float[] y = new float[tokens * (rows + 3) + 1];
      float[] expected = y.clone();
      int stride = rows + 3;
      kernel.multiply(w, x, 1, tokens + 1, firstGroup, w.groups(), y, 1 - stride, stride, found);
      PLAIN.multiply(plain, x, 1, tokens + 1, firstGroup, w.groups(), expected, 1 - stride, stride);
      assertThat(y).as("%s, %d tokens", type, tokens).containsExactly(expected);
      PackedMatrix.Unit unit = new PackedMatrix.Unit(type);
      long[] sums = new long[tokens * 32];
      for (int group = firstGroup; group < w.groups(); group++) {
        ScalarKernel.sums(plain, x, 1, tokens + 1, group, unit, sums);
        for (int t = 0; t < tokens; t++) {
          int at = t * rowsSeen + 32 * (group - firstGroup);
          assertThat(Arrays.copyOfRange(found, at, at + 32))
              .as("%s, group %d, token %d of %d, extreme %s", type, group, t, tokens, extreme)
              .containsExactly(Arrays.copyOfRange(sums, 32 * t, 32 * t + 32));
        }
      }
    }
  }

  /** n at its limit and most a at theirs. */
  private static void extremes(PackedActivations x, int tokens) {
    Random random = new Random(tokens);
    for (int i = 0; i < x.element.length; i++) {
      if (random.nextInt(3) > 0) {
        x.element[i] = (byte) (random.nextBoolean() ? 127 : -127);
      }
    }
    Arrays.fill(x.factor, 4095);
    for (int t = 0; t < x.capacity(); t++) {
      x.derive(t);
      x.spread(t);
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void activationsAreThoseOfThePlainKernel(int width) {
    VectorKernel kernel = VectorKernel.always(width, false);
    float[] x = Synthetic.vector(5 * 160, 8);
    Arrays.fill(x, 160, 320, 0f);
    Arrays.fill(x, 320, 352, 0f);
    x[330] = Float.MIN_VALUE;
    for (int i = 480; i < 640; i++) {
      x[i] *= 0x1p-140f;
    }
    for (int i = 640; i < 800; i++) {
      x[i] *= 0x1p120f;
    }
    PackedActivations found = new PackedActivations(5, 160, true);
    PackedActivations expected = new PackedActivations(5, 160, true);
    kernel.quantize(x, 0, 160, 0, 5, found);
    PLAIN.quantize(x, 0, 160, 0, 5, expected);
    ByteBuffer foundBytes = ByteBuffer.allocate(found.encodedLength());
    ByteBuffer expectedBytes = ByteBuffer.allocate(found.encodedLength());
    for (int t = 0; t < 5; t++) {
      found.encode(t, foundBytes.clear());
      expected.encode(t, expectedBytes.clear());
      assertThat(foundBytes.array()).containsExactly(expectedBytes.array());
    }
    assertThat(found.sums).containsExactly(expected.sums);
    assertThat(found.weighted).containsExactly(expected.weighted);
    assertThat(found.spread.mismatch(expected.spread)).isEqualTo(-1);
  }

  /** Vectors are quantised a few at a time; those outside of the range stay as they are. */
  @ParameterizedTest
  @MethodSource("widths")
  void anyRangeOfManyVectorsIsQuantisedAsThePlainKernelDoes(int width) {
    VectorKernel kernel = VectorKernel.always(width, false);
    float[] x = Synthetic.vector(7 + 25 * 100, 11);
    for (int from = 0; from < 3; from++) {
      for (int to = from; to <= 25; to++) {
        PackedActivations found = new PackedActivations(25, 96, true);
        PackedActivations expected = new PackedActivations(25, 96, true);
        kernel.quantize(x, 7, 100, from, to, found);
        PLAIN.quantize(x, 7, 100, from, to, expected);
        assertThat(found.exponent).containsExactly(expected.exponent);
        assertThat(found.factor).containsExactly(expected.factor);
        assertThat(found.element).containsExactly(expected.element);
        assertThat(found.sums).containsExactly(expected.sums);
        assertThat(found.weighted).containsExactly(expected.weighted);
        assertThat(found.spread.mismatch(expected.spread)).isEqualTo(-1);
      }
    }
  }

  @Test
  void sumsOfEightAreExactAtTheLimits() {
    PackedActivations x = new PackedActivations(2, 64, false);
    Random random = new Random(4);
    for (int round = 0; round < 200; round++) {
      for (int i = 0; i < x.element.length; i++) {
        x.element[i] = (byte) (round == 0 ? 127 : round == 1 ? -128 : random.nextInt(-128, 128));
      }
      x.derive(0);
      x.derive(1);
      for (int i = 0; i < x.sums.length; i++) {
        int sum = 0;
        for (int k = 0; k < 8; k++) {
          sum += x.element[8 * i + k];
        }
        assertThat(x.sums[i]).isEqualTo(sum);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void normsAndActivationFunctionsAreThoseOfThePlainKernel(int width) {
    VectorKernel kernel = VectorKernel.always(width, false);
    for (int n : new int[] {64, 80, 576, 52}) {
      for (float magnitude : new float[] {1f, 0x1p-130f, 0x1p40f, 0f}) {
        float[] x = Synthetic.vector(n + 1, n);
        for (int i = 0; i < x.length; i++) {
          x[i] *= magnitude;
        }
        float[] weight = Synthetic.vector(n, 2);
        float[] found = new float[n + 2];
        float[] expected = new float[n + 2];
        kernel.rmsNorm(x, 1, weight, n, 1e-5f, found, 2);
        PLAIN.rmsNorm(x, 1, weight, n, 1e-5f, expected, 2);
        assertThat(found).containsExactly(expected);
        found = x.clone();
        expected = x.clone();
        kernel.silu(found, 1, weight, 0, n);
        PLAIN.silu(expected, 1, weight, 0, n);
        assertThat(found).containsExactly(expected);
        found = x.clone();
        expected = x.clone();
        kernel.gelu(found, 1, weight, 0, n);
        PLAIN.gelu(expected, 1, weight, 0, n);
        assertThat(found).containsExactly(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void exponentialIsThatOfThePlainKernelOverItsRange(int width) {
    Elements elements = Lane.of(width).elements();
    int n = 1 << 12;
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = -100f + 200f * i / n + i * 1e-5f;
    }
    float[] found = x.clone();
    elements.exp(found, 0, n, 0.5f);
    for (int i = 0; i < n; i++) {
      assertThat(found[i]).isEqualTo(Arithmetic.exp(x[i] - 0.5f));
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void attentionIsThatOfThePlainKernel(int width) {
    VectorKernel kernel = VectorKernel.always(width, false);
    Random random = new Random(width);
    for (int size : new int[] {64, 80, 96, 128, 256, 6}) {
      KeyValueShape shape = new KeyValueShape(2, 2, size);
      KeyValuePage[] pages = {kernel.page(shape), kernel.page(shape), kernel.page(shape)};
      int positions = 135;
      float[] x = Synthetic.vector(2 * positions * size, size);
      // Values far apart in size, and one page slot after the last that must not be seen.
      for (int i = 0; i < x.length; i += 17) {
        x[i] *= 0x1p-30f;
      }
      for (int p = 0; p < positions; p++) {
        int key = 2 * p * size;
        kernel.store(pages[p / 64], p % 64, 1, 0, x, key, x, key + size);
      }
      Arrays.fill(x, 0, size, 1e30f);
      kernel.store(pages[2], 60, 1, 0, x, 0, x, 0);
      float[] query = Synthetic.vector(5 * size + 1, 5);
      for (int round = 0; round < 4; round++) {
        int first = round == 0 ? 0 : random.nextInt(positions - 1);
        int last = round == 0 ? positions : first + 1 + random.nextInt(positions - first);
        float scale = round == 3 ? 0.11f : 0f;
        // Three heads are taken together, others one by one.
        int group = 2 + round;
        float[] found = new float[group * size + 2];
        float[] expected = new float[group * size + 2];
        kernel.attend(pages, 1, 0, first, last, query, 1, group, scale, found, 2);
        PLAIN.attend(pages, 1, 0, first, last, query, 1, group, scale, expected, 2);
        assertThat(found).as("size %d, %d to %d", size, first, last).containsExactly(expected);
      }
      kernel.attend(pages, 0, 1, 3, 70, query, 0, 1, 0, query, 0);
      assertThat(Arrays.copyOf(query, size)).containsOnly(0f);
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void refusesNaNAndInfinity(int width) {
    VectorKernel kernel = VectorKernel.always(width, false);
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] x = Synthetic.vector(64, 1);
      float[] good = x.clone();
      x[63] = bad;
      Activations out = kernel.activations(1, 64);
      assertThatThrownBy(() -> kernel.quantize(x, 0, 64, 0, 1, out))
          .isInstanceOf(ArithmeticException.class);
      assertThatThrownBy(() -> kernel.rmsNorm(x, 0, good, 64, 1e-5f, new float[64], 0))
          .isInstanceOf(ArithmeticException.class);
    }
    float[] huge = new float[64];
    Arrays.fill(huge, 3e38f);
    KeyValuePage[] pages = {kernel.page(new KeyValueShape(1, 1, 64))};
    kernel.store(pages[0], 0, 0, 0, huge, 0, huge, 0);
    assertThatThrownBy(() -> kernel.attend(pages, 0, 0, 0, 1, huge, 0, 1, 0, new float[64], 0))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> PLAIN.attend(pages, 0, 0, 0, 1, huge, 0, 1, 0, new float[64], 0))
        .isInstanceOf(ArithmeticException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 32, 33, 64, 65, 96, 200})
  void groupsReadInTwoStreamsAreTheSameRows(int rows) {
    for (TensorType type : List.of(TensorType.Q4_0, TensorType.Q6_K)) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment file = Synthetic.weights(type, rows, 512, rows, arena);
        PackedMatrix one = PackedMatrix.pack(type, file, rows, 512, 1, arena);
        PackedMatrix two = PackedMatrix.pack(type, file, rows, 512, 2, arena);
        assertThat(two.bytes()).isEqualTo(one.bytes());
        Activations x = PLAIN.activations(3, 512);
        PLAIN.quantize(Synthetic.vector(3 * 512, rows), 0, 512, 0, 3, x);
        float[] expected = new float[3 * rows];
        float[] found = new float[3 * rows];
        PLAIN.multiply(one, x, 0, 3, 0, one.groups(), expected, 0, rows);
        PLAIN.multiply(two, x, 0, 3, 0, two.groups(), found, 0, rows);
        assertThat(found).as("%s", type).containsExactly(expected);
        float[] expectedRow = new float[512];
        float[] foundRow = new float[512];
        for (int row = 0; row < rows; row++) {
          one.row(row, expectedRow, 0);
          two.row(row, foundRow, 0);
          assertThat(foundRow).as("%s, row %d", type, row).containsExactly(expectedRow);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 3})
  void refusesTilesThatNoLaneHas(int tile) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = Synthetic.weights(TensorType.Q4_0, 32, 32, 1, arena);
      assertThatThrownBy(() -> PackedMatrix.pack(TensorType.Q4_0, file, 32, 32, tile, arena))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tiles of " + tile + " groups, but 1 or 2 are possible");
    }
  }

  @Test
  void firstCallAnswersAtOnceAndLaterOnesAreCompiled() throws InterruptedException {
    if (widths().isEmpty()) {
      return;
    }
    VectorKernel kernel = VectorKernel.warmingUp(widths().getLast());
    try (Arena arena = Arena.ofConfined()) {
      Matrix w =
          kernel.pack(
              TensorType.Q4_0, Synthetic.weights(TensorType.Q4_0, 64, 64, 1, arena), 64, 64, arena);
      float[] x = Synthetic.vector(64, 1);
      Activations a = kernel.activations(1, 64);
      kernel.quantize(x, 0, 64, 0, 1, a);
      float[] first = new float[64];
      kernel.multiply(w, a, 0, 1, 0, 2, first, 0, 64);
      for (int i = 0; i < 600 && !kernel.ready(Operation.DECODE_Q4_0); i++) {
        Thread.sleep(50);
        float[] later = new float[64];
        kernel.multiply(w, a, 0, 1, 0, 2, later, 0, 64);
        assertThat(later).containsExactly(first);
      }
      assertThat(kernel.ready(Operation.DECODE_Q4_0)).isTrue();
    }
  }
}
