// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import dev.freehold.kernel.Matrix;
import java.util.List;

/**
 * The weights of a model, packed for its kernel. An empty array stands for a norm or bias that the
 * model doesn't have. {@code output} is {@code embedding} where a model ties them.
 */
@SuppressWarnings("ArrayRecordComponent") // written once while loading, never leaves the package
record Weights(
    Matrix embedding,
    Matrix output,
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
    long bytes = embedding.bytes() + (output.equals(embedding) ? 0 : output.bytes());
    for (Layer layer : layers) {
      bytes += layer.query.bytes() + layer.key.bytes() + layer.value.bytes();
      bytes += layer.output.bytes() + layer.gate.bytes() + layer.up.bytes() + layer.down.bytes();
    }
    return bytes;
  }
}
