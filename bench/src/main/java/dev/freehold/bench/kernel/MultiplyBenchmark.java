// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.kernel;

import dev.freehold.kernel.Activations;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import dev.freehold.kernel.Matrix;
import dev.freehold.kernel.TensorType;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Microseconds of a product of a 2048 × 2048 matrix with one token (decode) or 120 (prefill), on
 * one thread. A decode takes another copy of the matrix each time, so that weights come from
 * memory.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class MultiplyBenchmark {
  private static final int SIZE = 2048;
  private static final int TOKENS = 120;
  private static final long STREAMED = 200_000_000;

  /** Names as {@link Kernels#named} takes them; {@code best} is what the node would use. */
  @Param({"best", "vector-512", "vector-256", "vector-128", "scalar"})
  public String lane = "best";

  /** Tensor types. */
  @Param({"Q4_0", "Q4_1", "Q8_0", "Q5_0", "Q4_K", "Q6_K"})
  public TensorType type = TensorType.Q4_0;

  private final float[] y = new float[TOKENS * SIZE];
  private Kernel kernel = Kernels.named("scalar");
  private Matrix[] copies = new Matrix[0];
  private Activations activations = kernel.activations(1, SIZE);
  private int next;

  /** Packs the copies and quantises the tokens. */
  @Setup
  public void prepare() {
    Arena arena = Arena.ofAuto();
    kernel = lane.equals("best") ? Kernels.best() : Kernels.named(lane);
    Matrix first = kernel.pack(type, RandomWeights.of(type, SIZE, SIZE, arena), SIZE, SIZE, arena);
    copies = new Matrix[(int) (STREAMED / first.bytes()) + 1];
    copies[0] = first;
    for (int i = 1; i < copies.length; i++) {
      copies[i] = kernel.pack(type, RandomWeights.of(type, SIZE, SIZE, arena), SIZE, SIZE, arena);
    }
    Random random = new Random(1);
    float[] x = new float[TOKENS * SIZE];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    activations = kernel.activations(TOKENS, SIZE);
    kernel.quantize(x, 0, SIZE, 0, TOKENS, activations);
  }

  /** One token. */
  @Benchmark
  public float decode() {
    next = (next + 1) % copies.length;
    Matrix w = copies[next];
    kernel.multiply(w, activations, 0, 1, 0, w.groups(), y, 0, SIZE);
    return y[7];
  }

  /** 120 tokens. */
  @Benchmark
  public float prefill() {
    Matrix w = copies[0];
    kernel.multiply(w, activations, 0, TOKENS, 0, w.groups(), y, 0, SIZE);
    return y[7];
  }
}
