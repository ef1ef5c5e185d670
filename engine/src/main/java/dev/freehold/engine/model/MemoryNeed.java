// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.Metadata;
import dev.freehold.engine.gguf.TensorInfo;
import dev.freehold.kernel.KeyValueShape;
import dev.freehold.kernel.TensorType;

/**
 * What a model needs of memory, told before it is loaded.
 *
 * @param weights bytes of the packed weights, at most
 * @param perPosition bytes of attention memory for one position
 * @param besides bytes for everything else: the program, vocabulary, buffers
 */
public record MemoryNeed(long weights, long perPosition, long besides) {
  private static final long BESIDES = 200L << 20;

  /** The need of an open file. */
  public static MemoryNeed of(Gguf file) {
    return of(file, LayerRange.all(Configuration.of(file.metadata()).layers()));
  }

  /** The need of a stage that has some of a file's layers. */
  public static MemoryNeed of(Gguf file, LayerRange layers) {
    long weights = 0;
    for (TensorInfo tensor : StageTensors.of(file, layers)) {
      weights += packed(tensor);
    }
    long perPosition = perPosition(file.metadata()) / layers.total() * layers.count();
    return new MemoryNeed(weights, perPosition, BESIDES);
  }

  /** The need of a quantised file of which only length and metadata are known. */
  public static MemoryNeed of(Metadata metadata, long fileBytes) {
    return new MemoryNeed(fileBytes + fileBytes / 8, perPosition(metadata), BESIDES);
  }

  /** Bytes with attention memory for so many positions, of all sequences together. */
  public long total(long positions) {
    return weights + besides + perPosition * positions;
  }

  /** Positions of attention memory that fit into so many bytes; 0 if not even the weights do. */
  public long positionsThatFit(long bytes) {
    return Math.max(0, (bytes - weights - besides) / perPosition);
  }

  private static long packed(TensorInfo tensor) {
    return switch (tensor.type()) {
      case F32, F16, BF16 ->
          tensor.bytes()
              / tensor.type().blockBytes()
              * TensorType.Q8_0.blockBytes()
              / TensorType.Q8_0.blockSize();
      // kernels may pad rows and keep sums beside the quants
      case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K -> tensor.bytes() + tensor.bytes() / 8;
    };
  }

  /** int16 keys, int8 values and two binary32 scales a head. */
  private static long perPosition(Metadata metadata) {
    KeyValueShape shape = Configuration.of(metadata).keyValueShape();
    return (long) shape.layers() * shape.heads() * (3L * shape.headSize() + 8);
  }
}
