// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import dev.freehold.kernel.Matrix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The weights of some neighbouring layers of a model, packed for its kernel. An empty array stands
 * for a norm or bias that the model doesn't have. {@code output} is {@code embedding} where a model
 * ties them.
 *
 * @param embedding null where the first layer is not among them
 * @param output null where the last layer is not among them, and then there is no output norm
 */
@SuppressWarnings("ArrayRecordComponent") // written once while loading, never leaves the package
record Weights(
    @Nullable Matrix embedding,
    @Nullable Matrix output,
    float[] outputNorm,
    float[] rotaryFactors,
    List<Layer> layers) {

  record Layer(
      float[] attentionNorm,
      Matrix query,
      Matrix key,
      Matrix value,
      float[] queryBias,
      float[] keyBias,
      float[] valueBias,
      float[] queryNorm,
      float[] keyNorm,
      Matrix output,
      float[] outputBias,
      float[] postAttentionNorm,
      float[] feedForwardNorm,
      Matrix gate,
      Matrix up,
      Matrix down,
      float[] postFeedForwardNorm) {}

  /** Bytes of the packed matrices. */
  long bytes() {
    long bytes = embedding == null ? 0 : embedding.bytes();
    if (output != null && !output.equals(embedding)) {
      bytes += output.bytes();
    }
    for (Layer layer : layers) {
      bytes += layer.query.bytes() + layer.key.bytes() + layer.value.bytes();
      bytes += layer.output.bytes() + layer.gate.bytes() + layer.up.bytes() + layer.down.bytes();
    }
    return bytes;
  }
}
