// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.kernel;

import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.kernel.KeyValueShape;
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

/** Microseconds of three query heads at one position, and of the functions between products. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class AttentionBenchmark {
  private static final int GROUP = 3;
  private static final int WIDTH = 1536;

  /** Names as {@link Kernels#named} takes them; {@code best} is what the node would use. */
  @Param({"best", "vector-512", "vector-256", "scalar"})
  public String lane = "best";

  /** Positions that are seen. */
  @Param({"128", "2048"})
  public int positions;

  /** Elements of a head. */
  @Param({"64", "128"})
  public int size;

  private final float[] x = new float[4096];
  private final float[] out = new float[4096];
  private Kernel kernel = Kernels.named("scalar");
  private KeyValuePage[] pages = new KeyValuePage[0];

  /** Stores the keys and values. */
  @Setup
  public void prepare() {
    kernel = lane.equals("best") ? Kernels.best() : Kernels.named(lane);
    Random random = new Random(1);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    KeyValueShape shape = new KeyValueShape(1, 1, size);
    pages = new KeyValuePage[(positions + 63) / 64];
    for (int i = 0; i < pages.length; i++) {
      pages[i] = kernel.page(shape);
    }
    for (int p = 0; p < positions; p++) {
      int at = p * 31 % (x.length - size);
      kernel.store(pages[p / 64], p % 64, 0, 0, x, at, x, at);
    }
  }

  /** Attention. */
  @Benchmark
  public float attend() {
    kernel.attend(pages, 0, 0, 0, positions, x, 0, GROUP, 0, out, 0);
    return out[3];
  }

  /** SiLU of 1536 elements. */
  @Benchmark
  public float silu() {
    System.arraycopy(x, 0, out, 0, WIDTH);
    kernel.silu(out, 0, x, WIDTH, WIDTH);
    return out[3];
  }

  /** RMS norm of 1536 elements. */
  @Benchmark
  public float norm() {
    kernel.rmsNorm(x, 0, x, WIDTH, 1e-5f, out, 0);
    return out[3];
  }
}
