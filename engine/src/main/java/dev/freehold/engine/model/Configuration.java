// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import dev.freehold.engine.gguf.GgufException;
import dev.freehold.engine.gguf.Metadata;
import dev.freehold.kernel.KeyValueShape;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * The numbers of one model, out of its metadata.
 *
 * @param architecture what its family computes
 * @param width elements of the residual stream
 * @param feedForward elements between gate and down
 * @param vocabulary tokens
 * @param contextLength positions it was made for
 * @param epsilon of every RMS norm
 * @param rotary how heads are rotated in layers that see all positions
 * @param slidingRotary the same in layers that see a window
 * @param window positions a sliding layer sees, its own included; 0: there are no such layers
 * @param sliding whether each layer sees the window only
 * @param attentionScale the factor of scores; 0 for 1/√head size
 * @param logitCap c in c·tanh(logit/c); 0 for none
 */
@SuppressWarnings("ArrayRecordComponent") // copied, and never compared
public record Configuration(
    Architecture architecture,
    int layers,
    int width,
    int heads,
    int keyValueHeads,
    int headSize,
    int feedForward,
    int vocabulary,
    int contextLength,
    float epsilon,
    Rope rotary,
    Rope slidingRotary,
    int window,
    boolean[] sliding,
    float attentionScale,
    float logitCap) {

  /** Takes a copy. */
  public Configuration {
    if (sliding.length != layers) {
      throw new IllegalArgumentException(
          sliding.length + " layers are told to slide or not, of " + layers);
    }
    sliding = sliding.clone();
  }

  /** Whether each layer sees the window only: a copy. */
  @Override
  public boolean[] sliding() {
    return sliding.clone();
  }

  /**
   * Rotary position embedding.
   *
   * @param dimensions rotated elements of a head
   * @param scale what positions are multiplied by (1 / the scaling factor)
   * @param magnitude what cosine and sine are multiplied by, besides YaRN's own 1 + 0.1·ln(factor)
   */
  public record Rope(
      int dimensions, double base, double scale, double magnitude, Optional<Yarn> yarn) {}

  /**
   * YaRN's interpolation between scaled and plain frequencies.
   *
   * @param originalContext positions the model was trained on before it was stretched
   */
  public record Yarn(double betaFast, double betaSlow, double originalContext) {}

  /**
   * Reads and checks a model's numbers.
   *
   * @throws ModelException if the architecture is not supported, or a number is missing or absurd;
   *     the message names the key
   */
  public static Configuration of(Metadata metadata) {
    try {
      return new Reader(metadata).read();
    } catch (GgufException e) {
      throw new ModelException("the model's metadata cannot be used: " + e.getMessage(), e);
    }
  }

  /** The shape of its attention memory. */
  public KeyValueShape keyValueShape() {
    return new KeyValueShape(layers, keyValueHeads, headSize);
  }

  /** Elements of all query heads. */
  public int queryWidth() {
    return heads * headSize;
  }

  /** Elements of all key (or value) heads. */
  public int keyValueWidth() {
    return keyValueHeads * headSize;
  }

  /** Whether a layer sees a window only. */
  public boolean isSliding(int layer) {
    return sliding[layer];
  }

  /** What embeddings are multiplied by. */
  public float embeddingScale() {
    return architecture.scalesEmbeddings() ? (float) Math.sqrt(width) : 1;
  }

  private static final class Reader {
    private final Metadata metadata;
    private final Architecture family;
    private final String prefix;

    Reader(Metadata metadata) {
      this.metadata = metadata;
      String name =
          metadata
              .string("general.architecture")
              .orElseThrow(
                  () -> new ModelException("the file has no key general.architecture: no model"));
      this.family =
          Architectures.of(name)
              .orElseThrow(
                  () ->
                      new ModelException(
                          "the architecture \""
                              + name
                              + "\" is not supported; supported are "
                              + Architectures.all().stream()
                                  .map(Architecture::name)
                                  .collect(Collectors.joining(", "))));
      this.prefix = family.name() + ".";
    }

    Configuration read() {
      if (number("expert_count", 0) != 0) {
        throw new ModelException(
            "mixtures of experts (" + prefix + "expert_count) are not supported");
      }
      int layers = integer("block_count", 1, 1000);
      int width = integer("embedding_length", 32, 1 << 17);
      int heads = integer("attention.head_count", 1, 1024);
      int keyValueHeads = integer("attention.head_count_kv", heads, 1, heads);
      int headSize = integer("attention.key_length", width / heads, 2, 512);
      int valueSize = integer("attention.value_length", headSize, 2, 512);
      int feedForward = integer("feed_forward_length", 32, 1 << 20);
      require(heads % keyValueHeads == 0, "attention.head_count_kv", "divides the query heads");
      require(headSize % 2 == 0, "attention.key_length", "is even");
      require(valueSize == headSize, "attention.value_length", "equals the key's");
      require(width % 32 == 0, "embedding_length", "is a multiple of 32");
      require(
          heads * headSize % 32 == 0, "attention.key_length", "times heads is a multiple of 32");
      require(feedForward % 32 == 0, "feed_forward_length", "is a multiple of 32");
      int contextLength = integer("context_length", 1, 1 << 24);
      double epsilon = number("attention.layer_norm_rms_epsilon", Double.NaN);
      require(epsilon > 0 && epsilon < 1, "attention.layer_norm_rms_epsilon", "is from 0 to 1");
      int window = family.slides() ? integer("attention.sliding_window", 0, 0, 1 << 24) : 0;
      Rope rotary = rotary(headSize, contextLength);
      double slidingBase =
          number("rope.freq_base_swa", number("rope.local.freq_base", family.slidingRotaryBase()));
      require(slidingBase >= 1 && slidingBase < 1e12, "rope.freq_base_swa", "is a base");
      double cap = family.capsLogits() ? number("final_logit_softcapping", 0) : 0;
      require(cap >= 0 && cap < 1e6, "final_logit_softcapping", "is a positive number");
      return new Configuration(
          family,
          layers,
          width,
          heads,
          keyValueHeads,
          headSize,
          feedForward,
          vocabulary(),
          contextLength,
          (float) epsilon,
          rotary,
          new Rope(rotary.dimensions(), slidingBase, 1, rotary.magnitude(), Optional.empty()),
          window,
          sliding(layers, window),
          family.attentionScale(layers, width, heads),
          (float) cap);
    }

    /** A period of which all layers but the last slide (0: all do), or a flag for each layer. */
    private boolean[] sliding(int layers, int window) {
      boolean[] sliding = new boolean[layers];
      String key = "attention.sliding_window_pattern";
      if (window > 0 && metadata.isArray(prefix + key)) {
        int[] flags = metadata.integers(prefix + key).orElseThrow();
        require(flags.length == layers, key, "has an element for each layer");
        for (int i = 0; i < layers; i++) {
          require(flags[i] == 0 || flags[i] == 1, key, "holds flags");
          sliding[i] = flags[i] == 1;
        }
      } else if (window > 0) {
        int period = integer(key, family.slidingPeriod(), 0, 1 << 24);
        for (int i = 0; i < layers; i++) {
          sliding[i] = period == 0 || i % period < period - 1;
        }
      }
      return sliding;
    }

    private Rope rotary(int headSize, int contextLength) {
      int dimensions = integer("rope.dimension_count", headSize, 2, headSize);
      require(dimensions % 2 == 0, "rope.dimension_count", "is even");
      double base = number("rope.freq_base", number("rope.global.freq_base", 10_000));
      require(base >= 1 && base < 1e12, "rope.freq_base", "is a base");
      double factor = number("rope.scaling.factor", number("rope.scale_linear", 0));
      require(factor >= 0 && factor < 1e6, "rope.scaling.factor", "is a positive number");
      double scale = factor == 0 ? 1 : 1 / factor;
      double magnitude = number("rope.scaling.attn_factor", 1);
      require(magnitude > 0 && magnitude < 100, "rope.scaling.attn_factor", "is a factor");
      String type = metadata.string(prefix + "rope.scaling.type").orElse("linear");
      return switch (type) {
        case "none" -> new Rope(dimensions, base, 1, magnitude, Optional.empty());
        case "linear" -> new Rope(dimensions, base, scale, magnitude, Optional.empty());
        case "yarn" -> {
          double original = number("rope.scaling.original_context_length", contextLength);
          double fast = number("rope.scaling.yarn_beta_fast", 32);
          double slow = number("rope.scaling.yarn_beta_slow", 1);
          require(original >= 1, "rope.scaling.original_context_length", "is positive");
          require(fast > 0 && slow > 0, "rope.scaling.yarn_beta_fast", "and slow are positive");
          yield new Rope(
              dimensions, base, scale, magnitude, Optional.of(new Yarn(fast, slow, original)));
        }
        default ->
            throw new ModelException(
                "the rotary scaling \"" + type + "\" is not supported; none, linear and yarn are");
      };
    }

    private int vocabulary() {
      OptionalLong tokens = metadata.count("tokenizer.ggml.tokens");
      if (tokens.isPresent() && tokens.getAsLong() > 0) {
        return Math.toIntExact(tokens.getAsLong());
      }
      return integer("vocab_size", 1, 1 << 24);
    }

    private int integer(String key, int smallest, int largest) {
      return integer(key, OptionalLong.empty(), smallest, largest);
    }

    private int integer(String key, int otherwise, int smallest, int largest) {
      return integer(key, OptionalLong.of(otherwise), smallest, largest);
    }

    private int integer(String key, OptionalLong otherwise, int smallest, int largest) {
      OptionalLong found =
          metadata.isArray(prefix + key) ? sameInEveryLayer(key) : metadata.integer(prefix + key);
      long value;
      if (found.isPresent()) {
        value = found.getAsLong();
      } else if (otherwise.isPresent()) {
        value = otherwise.getAsLong();
      } else {
        throw new ModelException("the metadata key " + prefix + key + " is missing");
      }
      require(
          value >= smallest && value <= largest, key, "is one of " + smallest + " to " + largest);
      return (int) value;
    }

    private OptionalLong sameInEveryLayer(String key) {
      int[] values = metadata.integers(prefix + key).orElseThrow();
      for (int value : values) {
        if (value != values[0]) {
          throw new ModelException(
              "the metadata key " + prefix + key + " differs between layers: not supported");
        }
      }
      return values.length == 0 ? OptionalLong.empty() : OptionalLong.of(values[0]);
    }

    private double number(String key, double otherwise) {
      return metadata.number(prefix + key).orElse(otherwise);
    }

    private void require(boolean holds, String key, String rule) {
      if (!holds) {
        throw new ModelException(
            "the metadata key " + prefix + key + " breaks the rule: it " + rule);
      }
    }
  }
}
