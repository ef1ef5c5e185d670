// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.plan;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.TensorInfo;
import dev.freehold.engine.model.Configuration;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.model.MemoryNeed;
import dev.freehold.engine.model.StageTensors;
import java.util.ArrayList;
import java.util.List;

/**
 * What a planner needs to know of a model.
 *
 * @param layers of each: what it needs and what is read of it for a token, ends included
 * @param shared bytes that are counted at both ends, and needed once where both are on one machine
 * @param perPosition bytes of attention memory that a position takes in one layer
 * @param besides bytes that each machine needs beside weights and attention memory
 * @param rowBytes that travel between two machines for each token
 */
public record ModelShape(
    List<Layer> layers, long shared, long perPosition, long besides, long rowBytes) {
  /**
   * A layer.
   *
   * @param needBytes memory for its weights
   * @param readBytes of weights that are gone through for each token
   */
  public record Layer(long needBytes, long readBytes) {}

  /** Copies the list. */
  public ModelShape {
    layers = List.copyOf(layers);
    if (layers.isEmpty() || shared < 0 || perPosition < 0 || besides < 0 || rowBytes < 0) {
      throw new IllegalArgumentException("no model has such a shape");
    }
  }

  /** The shape of an open file, of which the head is enough. */
  public static ModelShape of(Gguf file) {
    Configuration configuration = Configuration.of(file.metadata());
    int total = configuration.layers();
    long embedding = file.tensor("token_embd.weight").map(TensorInfo::bytes).orElse(0L);
    boolean tied = file.tensor("output.weight").isEmpty();
    List<Layer> layers = new ArrayList<>();
    long need = 0;
    for (int i = 0; i < total; i++) {
      LayerRange layer = new LayerRange(i, i + 1, total);
      long read = 0;
      for (TensorInfo tensor : StageTensors.of(file, layer)) {
        boolean rowOnly = tensor.name().equals("token_embd.weight") && !(tied && layer.isLast());
        read += rowOnly ? 0 : tensor.bytes();
      }
      long weights = MemoryNeed.of(file, layer).weights();
      need += weights;
      layers.add(new Layer(weights, read));
    }
    MemoryNeed whole = MemoryNeed.of(file);
    return new ModelShape(
        layers,
        tied && total > 1 ? Math.min(need - whole.weights(), embedding + embedding / 8) : 0,
        whole.perPosition() / total,
        whole.besides(),
        4L * configuration.width());
  }

  /**
   * A model of which only the size is known: it can be planned for one machine.
   *
   * @param perPosition bytes of attention memory that a position takes in all layers
   */
  public static ModelShape whole(long fileBytes, long perPosition) {
    return new ModelShape(
        List.of(new Layer(fileBytes + fileBytes / 8, fileBytes)), 0, perPosition, 200L << 20, 0);
  }
}
