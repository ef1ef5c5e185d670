// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.reference;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.TensorInfo;
import dev.freehold.engine.model.Architecture;
import dev.freehold.engine.model.Configuration;
import java.util.stream.IntStream;

/**
 * A model in binary64: no quantised activations, no tables, {@code Math} functions. It reads the
 * weights out of the file at every use, so it needs little memory and much time (about 1 s for 10
 * tokens of a 135M model). The file stays open while it is used.
 */
public final class Reference {
  /** Tokens that a product computes side by side. */
  private static final int TILE = 64;

  private final Gguf file;
  private final Configuration model;
  private final Architecture family;

  /** The reference of a model file. */
  public Reference(Gguf file) {
    this.file = file;
    this.model = Configuration.of(file.metadata());
    this.family = model.architecture();
  }

  /** The final norm's output for every token of one sequence: {@code width} elements each. */
  public double[][] hidden(int[] tokens) {
    int count = tokens.length;
    double[][] x = new double[count][model.width()];
    TensorInfo embedding = tensor("token_embd.weight");
    for (int t = 0; t < count; t++) {
      Dequantizer.row(embedding.type(), file.bytes(embedding), tokens[t], model.width(), x[t]);
      if (family.scalesEmbeddings()) {
        for (int i = 0; i < model.width(); i++) {
          x[t][i] *= Math.sqrt(model.width());
        }
      }
    }
    for (int layer = 0; layer < model.layers(); layer++) {
      String block = "blk." + layer + ".";
      double[][] attention = attention(layer, block, norm(x, vector(block + "attn_norm.weight")));
      if (family.postNorms()) {
        attention = norm(attention, vector(block + "post_attention_norm.weight"));
      }
      add(x, attention);
      double[][] fed = feedForward(block, norm(x, vector(block + "ffn_norm.weight")));
      if (family.postNorms()) {
        fed = norm(fed, vector(block + "post_ffw_norm.weight"));
      }
      add(x, fed);
    }
    return norm(x, vector("output_norm.weight"));
  }

  /** The logits of hidden states. */
  public double[][] logits(double[][] hidden) {
    double[][] logits =
        multiply(
            file.tensor("output.weight").isPresent() ? "output.weight" : "token_embd.weight",
            hidden);
    if (model.logitCap() > 0) {
      for (double[] row : logits) {
        for (int i = 0; i < row.length; i++) {
          row[i] = model.logitCap() * Math.tanh(row[i] / model.logitCap());
        }
      }
    }
    return logits;
  }

  private double[][] attention(int layer, String block, double[][] x) {
    int size = model.headSize();
    double[][] queries = biased(multiply(block + "attn_q.weight", x), block + "attn_q.bias");
    double[][] keys = biased(multiply(block + "attn_k.weight", x), block + "attn_k.bias");
    double[][] values = biased(multiply(block + "attn_v.weight", x), block + "attn_v.bias");
    if (family.queryKeyNorm()) {
      headNorm(queries, vector(block + "attn_q_norm.weight"));
      headNorm(keys, vector(block + "attn_k_norm.weight"));
    }
    double[] frequencies = frequencies(layer);
    for (int t = 0; t < x.length; t++) {
      rotate(queries[t], t, frequencies);
      rotate(keys[t], t, frequencies);
    }
    double scale =
        model.attentionScale() == 0 ? 1 / Math.sqrt(size) : (double) model.attentionScale();
    int group = model.heads() / model.keyValueHeads();
    double[][] mixed = new double[x.length][model.queryWidth()];
    IntStream.range(0, x.length)
        .parallel()
        .forEach(
            t -> {
              int first = model.isSliding(layer) ? Math.max(0, t + 1 - model.window()) : 0;
              for (int head = 0; head < model.heads(); head++) {
                int kv = head / group * size;
                mix(queries[t], keys, values, first, t, head * size, kv, scale, mixed[t]);
              }
            });
    return biased(multiply(block + "attn_output.weight", mixed), block + "attn_output.bias");
  }

  private void mix(
      double[] query,
      double[][] keys,
      double[][] values,
      int first,
      int last,
      int q,
      int kv,
      double scale,
      double[] out) {
    int size = model.headSize();
    double[] weights = new double[last + 1];
    double largest = Double.NEGATIVE_INFINITY;
    for (int p = first; p <= last; p++) {
      double score = 0;
      for (int i = 0; i < size; i++) {
        score += query[q + i] * keys[p][kv + i];
      }
      weights[p] = score * scale;
      largest = Math.max(largest, weights[p]);
    }
    double total = 0;
    for (int p = first; p <= last; p++) {
      weights[p] = Math.exp(weights[p] - largest);
      total += weights[p];
    }
    for (int p = first; p <= last; p++) {
      for (int i = 0; i < size; i++) {
        out[q + i] += weights[p] / total * values[p][kv + i];
      }
    }
  }

  private double[][] feedForward(String block, double[][] x) {
    double[][] gate = multiply(block + "ffn_gate.weight", x);
    double[][] up = multiply(block + "ffn_up.weight", x);
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < model.feedForward(); i++) {
        double v = gate[t][i];
        double activated =
            family.gelu()
                ? 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)))
                : v / (1 + Math.exp(-v));
        gate[t][i] = activated * up[t][i];
      }
    }
    return multiply(block + "ffn_down.weight", gate);
  }

  /** Radians per position of each rotated pair; the last element is YaRN's magnitude. */
  private double[] frequencies(int layer) {
    Configuration.Rope rope = model.isSliding(layer) ? model.slidingRotary() : model.rotary();
    int pairs = rope.dimensions() / 2;
    boolean divided = !model.isSliding(layer) && file.tensor("rope_freqs.weight").isPresent();
    double[] factors = divided ? vector("rope_freqs.weight") : new double[0];
    double[] frequencies = new double[pairs + 1];
    frequencies[pairs] = rope.magnitude();
    for (int i = 0; i < pairs; i++) {
      double plain = Math.pow(rope.base(), -2.0 * i / rope.dimensions());
      frequencies[i] = (divided ? plain / factors[i] : plain) * rope.scale();
      if (rope.yarn().isPresent()) {
        Configuration.Yarn yarn = rope.yarn().get();
        double per = rope.dimensions() / (2 * Math.log(rope.base()));
        double length = yarn.originalContext() / (2 * Math.PI);
        double low = Math.max(0, Math.floor(per * Math.log(length / yarn.betaFast())));
        double high =
            Math.min(rope.dimensions() - 1.0, Math.ceil(per * Math.log(length / yarn.betaSlow())));
        double ramp = Math.clamp((i - low) / Math.max(0.001, high - low), 0.0, 1.0);
        frequencies[i] = frequencies[i] * ramp + plain * (1 - ramp);
        frequencies[pairs] = rope.magnitude() * (1 - 0.1 * Math.log(rope.scale()));
      }
    }
    return frequencies;
  }

  private void rotate(double[] heads, int position, double[] frequencies) {
    int pairs = frequencies.length - 1;
    int apart = family.neighbouringPairs() ? 1 : pairs;
    int step = family.neighbouringPairs() ? 2 : 1;
    for (int head = 0; head < heads.length; head += model.headSize()) {
      for (int i = 0; i < pairs; i++) {
        double cos = Math.cos(position * frequencies[i]) * frequencies[pairs];
        double sin = Math.sin(position * frequencies[i]) * frequencies[pairs];
        double u = heads[head + i * step];
        double v = heads[head + i * step + apart];
        heads[head + i * step] = u * cos - v * sin;
        heads[head + i * step + apart] = u * sin + v * cos;
      }
    }
  }

  private void headNorm(double[][] x, double[] weight) {
    for (double[] row : x) {
      for (int head = 0; head < row.length; head += weight.length) {
        norm(row, head, weight, row);
      }
    }
  }

  private double[][] norm(double[][] x, double[] weight) {
    double[][] out = new double[x.length][weight.length];
    for (int t = 0; t < x.length; t++) {
      norm(x[t], 0, weight, out[t]);
    }
    return out;
  }

  private void norm(double[] x, int at, double[] weight, double[] out) {
    double squares = 0;
    for (int i = 0; i < weight.length; i++) {
      squares += x[at + i] * x[at + i];
    }
    double factor = 1 / Math.sqrt(squares / weight.length + model.epsilon());
    for (int i = 0; i < weight.length; i++) {
      out[at + i] = x[at + i] * factor * weight[i];
    }
  }

  private double[][] biased(double[][] x, String name) {
    if (file.tensor(name).isPresent()) {
      double[] bias = vector(name);
      for (double[] row : x) {
        for (int i = 0; i < bias.length; i++) {
          row[i] += bias[i];
        }
      }
    }
    return x;
  }

  private static void add(double[][] x, double[][] o) {
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < x[t].length; i++) {
        x[t][i] += o[t][i];
      }
    }
  }

  private double[][] multiply(String name, double[][] x) {
    TensorInfo tensor = tensor(name);
    int columns = (int) tensor.columns();
    int rows = (int) tensor.rows();
    double[][] out = new double[x.length][rows];
    for (int start = 0; start < x.length; start += TILE) {
      int from = start;
      int tokens = Math.min(TILE, x.length - from);
      double[] sideBySide = new double[columns * TILE];
      for (int t = 0; t < tokens; t++) {
        for (int c = 0; c < columns; c++) {
          sideBySide[c * TILE + t] = x[from + t][c];
        }
      }
      IntStream.range(0, rows)
          .parallel()
          .forEach(
              r -> {
                double[] weights = new double[columns];
                double[] sums = new double[TILE];
                Dequantizer.row(tensor.type(), file.bytes(tensor), r, columns, weights);
                for (int c = 0; c < columns; c++) {
                  accumulate(sums, weights[c], sideBySide, c * TILE);
                }
                for (int t = 0; t < tokens; t++) {
                  out[from + t][r] = sums[t];
                }
              });
    }
    return out;
  }

  private static void accumulate(double[] sums, double weight, double[] x, int at) {
    for (int t = 0; t < TILE; t++) {
      sums[t] += weight * x[at + t];
    }
  }

  private TensorInfo tensor(String name) {
    return file.tensor(name)
        .orElseThrow(() -> new IllegalArgumentException("there is no tensor " + name));
  }

  private double[] vector(String name) {
    TensorInfo tensor = tensor(name);
    double[] values = new double[(int) tensor.columns()];
    Dequantizer.row(tensor.type(), file.bytes(tensor), 0, values.length, values);
    return values;
  }
}
