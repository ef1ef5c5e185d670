// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Runs the vector forms on made-up data, in the background, until C2 has compiled them. An
 * operation is used once its vector form was faster than the plain one several times in a row and
 * gave the same bits; one that never gets there stays plain. Only operations that were asked for
 * are warmed up.
 */
final class WarmUp {
  private static final int WINS = 3;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int TURNS = 200;
  private static final int TOKENS = 13;
  private static final int ROWS = 64;
  private static final int COLUMNS = 512;

  private enum State {
    COLD,
    ASKED,
    READY,
    PAIRED
  }

  /** Every operation's state; the map itself never changes. */
  private final Map<Operation, AtomicReference<State>> states = new EnumMap<>(Operation.class);

  private final AtomicBoolean running = new AtomicBoolean();
  private final BlockingQueue<Operation> asked = new LinkedBlockingQueue<>();
  private final VectorKernel vectors;
  private final VectorKernel paired;
  private final ScalarKernel scalar = new ScalarKernel();
  private final float[] values = new float[TOKENS * COLUMNS];

  /**
   * @param vectors the vector forms, with single columns
   * @param paired the same with columns in pairs
   */
  WarmUp(VectorKernel vectors, VectorKernel paired) {
    this.vectors = vectors;
    this.paired = paired;
    for (Operation operation : Operation.values()) {
      states.put(operation, new AtomicReference<>(State.COLD));
    }
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
  }

  /** Whether the vector form is to be used; asks for its warm-up if it isn't under way. */
  boolean ready(Operation operation) {
    AtomicReference<State> state = Objects.requireNonNull(states.get(operation));
    State seen = state.getPlain();
    if (seen == State.COLD && state.compareAndSet(State.COLD, State.ASKED)) {
      asked.add(operation);
      if (running.compareAndSet(false, true)) {
        Thread.ofPlatform().daemon().name("freehold-warm-up").start(this::run);
      }
    }
    return seen == State.READY || seen == State.PAIRED;
  }

  /** Whether an operation that is ready is faster here with columns in pairs. */
  boolean pairs(Operation operation) {
    return Objects.requireNonNull(states.get(operation)).getPlain() == State.PAIRED;
  }

  private void run() {
    try {
      Operation operation = asked.poll(30, TimeUnit.SECONDS);
      while (operation != null) {
        AtomicReference<State> state = Objects.requireNonNull(states.get(operation));
        if (state.get() == State.READY) {
          if (warm(operation, paired) && pairsWin(operation)) {
            state.set(State.PAIRED);
          }
        } else if (warm(operation, vectors)) {
          state.set(State.READY);
          if (operation.hasPairs()) {
            // After all others, which may still wait for any vectors at all.
            asked.add(operation);
          }
        }
        operation = asked.poll(30, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      running.set(false);
    }
  }

  /** Runs both forms until the vectors win; false if they don't. */
  private boolean warm(Operation operation, Kernel kernel) {
    try (Arena arena = Arena.ofConfined()) {
      Trial trial = trial(operation, arena);
      long start = System.nanoTime();
      long plainBest = Long.MAX_VALUE;
      int wins = 0;
      float[] expected = new float[0];
      for (int i = 0; wins < WINS; i++) {
        long began = System.nanoTime();
        if (began - start > PATIENCE_NANOS) {
          return false;
        }
        float[] found = trial.run(kernel);
        long vectorTime = System.nanoTime() - began;
        if (i % 16 == 0) {
          began = System.nanoTime();
          expected = trial.run(scalar);
          plainBest = Math.min(plainBest, System.nanoTime() - began);
        }
        if (!Arrays.equals(expected, found)) {
          return false;
        }
        wins = vectorTime < plainBest ? wins + 1 : 0;
      }
      return true;
    }
  }

  /**
   * Times both forms in turns. Multiply-adds and additions share their units in some processors,
   * where pairs are a third slower, and have units of their own in others.
   */
  private boolean pairsWin(Operation operation) {
    try (Arena arena = Arena.ofConfined()) {
      Trial trial = trial(operation, arena);
      long[] best = {Long.MAX_VALUE, Long.MAX_VALUE};
      for (int i = 0; i < 2 * TURNS; i++) {
        long began = System.nanoTime();
        trial.run(i % 2 == 0 ? vectors : paired);
        best[i % 2] = Math.min(best[i % 2], System.nanoTime() - began);
      }
      return best[1] < best[0];
    }
  }

  /** One run of an operation, with its result. */
  private interface Trial {
    float[] run(Kernel kernel);
  }

  private Trial trial(Operation operation, Arena arena) {
    return switch (operation) {
      case QUANTIZE ->
          kernel -> {
            PackedActivations out = new PackedActivations(TOKENS, COLUMNS, true);
            kernel.quantize(values, 0, COLUMNS, 0, TOKENS, out);
            return new float[] {out.exponent[3], out.factor[5], out.element[7]};
          };
      case NORM ->
          kernel -> {
            float[] out = new float[values.length];
            kernel.rmsNorm(values, 0, values, values.length, 1e-5f, out, 0);
            return out;
          };
      case SILU ->
          kernel -> {
            float[] out = values.clone();
            kernel.silu(out, 0, values, 0, out.length);
            return out;
          };
      case GELU ->
          kernel -> {
            float[] out = values.clone();
            kernel.gelu(out, 0, values, 0, out.length);
            return out;
          };
      case ATTEND -> attend();
      case DECODE_Q4_0, PREFILL_Q4_0 -> multiply(TensorType.Q4_0, operation, arena);
      case DECODE_Q4_1, PREFILL_Q4_1 -> multiply(TensorType.Q4_1, operation, arena);
      case DECODE_Q5_0, PREFILL_Q5_0 -> multiply(TensorType.Q5_0, operation, arena);
      case DECODE_Q5_1, PREFILL_Q5_1 -> multiply(TensorType.Q5_1, operation, arena);
      case DECODE_Q8_0, PREFILL_Q8_0 -> multiply(TensorType.Q8_0, operation, arena);
      case DECODE_Q4_K, PREFILL_Q4_K -> multiply(TensorType.Q4_K, operation, arena);
      case DECODE_Q5_K, PREFILL_Q5_K -> multiply(TensorType.Q5_K, operation, arena);
      case DECODE_Q6_K, PREFILL_Q6_K -> multiply(TensorType.Q6_K, operation, arena);
    };
  }

  private Trial multiply(TensorType type, Operation operation, Arena arena) {
    int blocks = ROWS * COLUMNS / type.blockSize();
    MemorySegment file = arena.allocate((long) blocks * type.blockBytes());
    // Every scale is 2^-11 or so, whatever the type.
    file.fill((byte) 0x11);
    Matrix matrix = scalar.pack(type, file, ROWS, COLUMNS, arena);
    PackedActivations x = new PackedActivations(TOKENS, COLUMNS, true);
    scalar.quantize(values, 0, COLUMNS, 0, TOKENS, x);
    int tokens = operation == Operation.decode(type) ? 1 : TOKENS;
    return kernel -> {
      float[] y = new float[tokens * ROWS];
      kernel.multiply(matrix, x, 0, tokens, 0, matrix.groups(), y, 0, ROWS);
      return y;
    };
  }

  private Trial attend() {
    int size = 64;
    int positions = 3 * KeyValuePage.POSITIONS;
    KeyValueShape shape = new KeyValueShape(1, 1, size);
    KeyValuePage[] pages = {scalar.page(shape), scalar.page(shape), scalar.page(shape)};
    for (int p = 0; p < positions; p++) {
      int at = p * 31 % (values.length - size);
      scalar.store(pages[p / 64], p % 64, 0, 0, values, at, values, at);
    }
    return kernel -> {
      float[] out = new float[3 * size];
      kernel.attend(pages, 0, 0, 5, positions - 3, values, 0, 3, 0, out, 0);
      return out;
    };
  }
}
