// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which tensors of a file a stage needs: its layers' own, and those that belong to no layer. */
public final class StageTensors {
  private static final Pattern LAYER = Pattern.compile("blk\\.(0|[1-9][0-9]{0,8})\\..*");

  private StageTensors() {}

  /**
   * The tensors to load for these layers, in the file's order. Together the ranges of a model need
   * every tensor of its file.
   */
  public static List<TensorInfo> of(Gguf file, LayerRange layers) {
    boolean tied = file.tensor("output.weight").isEmpty();
    List<TensorInfo> needed = new ArrayList<>();
    for (TensorInfo tensor : file.tensors()) {
      if (needs(tensor.name(), layers, tied)) {
        needed.add(tensor);
      }
    }
    return List.copyOf(needed);
  }

  private static boolean needs(String name, LayerRange layers, boolean tied) {
    Matcher layer = LAYER.matcher(name);
    if (layer.matches()) {
      int index = Integer.parseInt(layer.group(1));
      // One beyond the model's layers is for the last range to refuse.
      return layers.contains(index) || (layers.isLast() && index >= layers.total());
    }
    return switch (name) {
      case "token_embd.weight" -> layers.isFirst() || (layers.isLast() && tied);
      case "output.weight", "output_norm.weight" -> layers.isLast();
      default -> true;
    };
  }
}
