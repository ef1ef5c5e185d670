// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.TensorInfo;
import dev.freehold.engine.model.Architecture.Presence;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Matrix;
import dev.freehold.kernel.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks that a file holds exactly the tensors its architecture needs, in the right shapes, and
 * packs them straight out of the mapping: the pages of a tensor leave memory as soon as it is
 * packed.
 */
final class WeightsLoader {
  private final Gguf file;
  private final Configuration model;
  private final LayerRange layers;
  private final Kernel kernel;
  private final Arena arena;
  private final Set<String> used = new HashSet<>();
  private final Map<String, TensorInfo> matrices = new LinkedHashMap<>();
  private final Map<String, Matrix> packed = new LinkedHashMap<>();

  WeightsLoader(Gguf file, Configuration model, LayerRange layers, Kernel kernel, Arena arena) {
    this.file = file;
    this.model = model;
    this.layers = layers;
    this.kernel = kernel;
    this.arena = arena;
  }

  Weights load(Workers workers) {
    int width = model.width();
    int vocabulary = model.vocabulary();
    boolean tied = file.tensor("output.weight").isEmpty();
    if (layers.isFirst() || (layers.isLast() && tied)) {
      expectMatrix("token_embd.weight", width, vocabulary);
    }
    if (layers.isLast() && !tied) {
      expectMatrix("output.weight", width, vocabulary);
    }
    for (int i = layers.first(); i < layers.end(); i++) {
      expectMatrix(name(i, "attn_q.weight"), width, model.queryWidth());
      expectMatrix(name(i, "attn_k.weight"), width, model.keyValueWidth());
      expectMatrix(name(i, "attn_v.weight"), width, model.keyValueWidth());
      expectMatrix(name(i, "attn_output.weight"), model.queryWidth(), width);
      expectMatrix(name(i, "ffn_gate.weight"), width, model.feedForward());
      expectMatrix(name(i, "ffn_up.weight"), width, model.feedForward());
      expectMatrix(name(i, "ffn_down.weight"), model.feedForward(), width);
    }
    float[] outputNorm =
        layers.isLast() ? vector("output_norm.weight", width, Presence.REQUIRED) : new float[0];
    float[] factors =
        vector(
            "rope_freqs.weight",
            model.rotary().dimensions() / 2,
            model.architecture().rotaryFactors());
    for (float factor : factors) {
      if (!(factor > 0)) {
        throw new ModelException("tensor rope_freqs.weight holds " + factor + ", no divisor");
      }
    }
    List<Vectors> vectors = new ArrayList<>();
    for (int i = layers.first(); i < layers.end(); i++) {
      vectors.add(vectors(i));
    }
    refuseUnused();
    pack(workers);
    Matrix embedding = layers.isFirst() ? take("token_embd.weight") : null;
    Matrix output = layers.isLast() ? take(tied ? "token_embd.weight" : "output.weight") : null;
    List<Weights.Layer> built = new ArrayList<>();
    for (int i = layers.first(); i < layers.end(); i++) {
      built.add(layer(i, vectors.get(i - layers.first())));
    }
    return new Weights(embedding, output, outputNorm, factors, List.copyOf(built));
  }

  @SuppressWarnings("ArrayRecordComponent") // never leaves the class
  private record Vectors(
      float[] attentionNorm,
      float[] queryBias,
      float[] keyBias,
      float[] valueBias,
      float[] queryNorm,
      float[] keyNorm,
      float[] outputBias,
      float[] postAttentionNorm,
      float[] feedForwardNorm,
      float[] postFeedForwardNorm) {}

  private Vectors vectors(int i) {
    Architecture family = model.architecture();
    Presence headNorm = family.queryKeyNorm() ? Presence.REQUIRED : Presence.ABSENT;
    Presence postNorm = family.postNorms() ? Presence.REQUIRED : Presence.ABSENT;
    int width = model.width();
    return new Vectors(
        vector(name(i, "attn_norm.weight"), width, Presence.REQUIRED),
        vector(name(i, "attn_q.bias"), model.queryWidth(), family.attentionBias()),
        vector(name(i, "attn_k.bias"), model.keyValueWidth(), family.attentionBias()),
        vector(name(i, "attn_v.bias"), model.keyValueWidth(), family.attentionBias()),
        vector(name(i, "attn_q_norm.weight"), model.headSize(), headNorm),
        vector(name(i, "attn_k_norm.weight"), model.headSize(), headNorm),
        vector(name(i, "attn_output.bias"), width, family.outputBias()),
        vector(name(i, "post_attention_norm.weight"), width, postNorm),
        vector(name(i, "ffn_norm.weight"), width, Presence.REQUIRED),
        vector(name(i, "post_ffw_norm.weight"), width, postNorm));
  }

  private Weights.Layer layer(int i, Vectors vectors) {
    return new Weights.Layer(
        vectors.attentionNorm,
        take(name(i, "attn_q.weight")),
        take(name(i, "attn_k.weight")),
        take(name(i, "attn_v.weight")),
        vectors.queryBias,
        vectors.keyBias,
        vectors.valueBias,
        vectors.queryNorm,
        vectors.keyNorm,
        take(name(i, "attn_output.weight")),
        vectors.outputBias,
        vectors.postAttentionNorm,
        vectors.feedForwardNorm,
        take(name(i, "ffn_gate.weight")),
        take(name(i, "ffn_up.weight")),
        take(name(i, "ffn_down.weight")),
        vectors.postFeedForwardNorm);
  }

  private static String name(int layer, String part) {
    return "blk." + layer + "." + part;
  }

  private void expectMatrix(String name, int columns, int rows) {
    TensorInfo tensor = find(name).orElseThrow(() -> missing(name));
    if (tensor.columns() != columns || tensor.rows() != rows) {
      throw wrongShape(tensor, "[" + columns + " x " + rows + "]");
    }
    matrices.put(name, tensor);
  }

  private float[] vector(String name, int length, Presence presence) {
    if (presence == Presence.ABSENT) {
      return new float[0];
    }
    Optional<TensorInfo> found = find(name);
    if (found.isEmpty()) {
      if (presence == Presence.OPTIONAL) {
        return new float[0];
      }
      throw missing(name);
    }
    TensorInfo tensor = found.get();
    if (tensor.columns() != length || tensor.rows() != 1) {
      throw wrongShape(tensor, "[" + length + "]");
    }
    float[] values = numbers(tensor, length);
    for (int i = 0; i < length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new ModelException("tensor " + name + ": element " + i + " is " + values[i]);
      }
    }
    return values;
  }

  private float[] numbers(TensorInfo tensor, int length) {
    MemorySegment bytes = file.bytes(tensor);
    float[] values = new float[length];
    ValueLayout.OfFloat real = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfShort half = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < length; i++) {
      values[i] =
          switch (tensor.type()) {
            case F32 -> bytes.get(real, 4L * i);
            case F16 -> Float.float16ToFloat(bytes.get(half, 2L * i));
            case BF16 -> Float.intBitsToFloat(bytes.get(half, 2L * i) << 16);
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K ->
                throw new ModelException(
                    "tensor "
                        + tensor.name()
                        + " is a vector of type "
                        + tensor.type()
                        + "; F32, F16 and BF16 are read");
          };
    }
    return values;
  }

  private void pack(Workers workers) {
    List<TensorInfo> largestFirst = new ArrayList<>(matrices.values());
    largestFirst.sort(Comparator.comparingLong(TensorInfo::bytes).reversed());
    Matrix[] done = new Matrix[largestFirst.size()];
    // one by one: tensors are too unlike for larger shares
    workers.run(
        member ->
            member.step(
                done.length,
                1,
                (from, to) -> {
                  for (int i = from; i < to; i++) {
                    done[i] = pack(largestFirst.get(i));
                  }
                },
                null));
    for (int i = 0; i < done.length; i++) {
      packed.put(largestFirst.get(i).name(), done[i]);
    }
  }

  private Matrix pack(TensorInfo tensor) {
    MemorySegment bytes = file.bytes(tensor);
    if (tensor.type() == TensorType.F32 || tensor.columns() % tensor.type().blockSize() == 0) {
      try {
        return kernel.pack(
            tensor.type(), bytes, (int) tensor.rows(), (int) tensor.columns(), arena);
      } catch (IllegalArgumentException e) {
        throw new ModelException(
            "tensor " + tensor.name() + " cannot be computed with: " + e.getMessage(), e);
      } finally {
        if (bytes.isMapped()) {
          bytes.unload();
        }
      }
    }
    throw wrongShape(tensor, "rows of whole blocks");
  }

  private Matrix take(String name) {
    Matrix matrix = packed.get(name);
    if (matrix == null) {
      throw missing(name);
    }
    return matrix;
  }

  private Optional<TensorInfo> find(String name) {
    used.add(name);
    return file.tensor(name);
  }

  /** A tensor that nothing reads is a part of the model that would silently be left out. */
  private void refuseUnused() {
    for (TensorInfo tensor : StageTensors.of(file, layers)) {
      if (!used.contains(tensor.name())) {
        throw new ModelException(
            "tensor "
                + tensor.name()
                + " is no part of the architecture "
                + model.architecture().name()
                + " as it is supported here");
      }
    }
  }

  private ModelException missing(String name) {
    return new ModelException("tensor " + name + " is missing from the model file " + file.name());
  }

  private static ModelException wrongShape(TensorInfo tensor, String wanted) {
    return new ModelException(
        "tensor " + tensor.name() + " has the shape " + tensor.shape() + ", not " + wanted);
  }
}
