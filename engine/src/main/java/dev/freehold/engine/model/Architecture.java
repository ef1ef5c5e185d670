// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

/**
 * What a family of models computes, as data: every method answers one question that the generic
 * forward pass asks. The answers are those of the plainest decoder (llama's) unless overridden, so
 * a family is one file that says where it differs, and one entry in {@link Architectures}.
 *
 * <p>Families follow llama.cpp's reading of GGUF files: norm weights are used as stored (Gemma's 1
 * is added by the converter), query and key rows are permuted by the converter where pairs are
 * neighbouring.
 */
public interface Architecture {
  /** Whether a family has a thing. */
  enum Presence {
    /** Never: a file that holds it is refused. */
    ABSENT,
    /** It is used where the file holds it. */
    OPTIONAL,
    /** A file without it is refused. */
    REQUIRED
  }

  /** The value of {@code general.architecture}, and the prefix of the family's keys. */
  String name();

  /** Rotary pairs are elements (2i, 2i + 1); otherwise (i, i + half). */
  boolean neighbouringPairs();

  /** {@code rope_freqs.weight}: divisors of the rotary frequencies (Llama 3.1 and later). */
  default Presence rotaryFactors() {
    return Presence.ABSENT;
  }

  /** Bias of the query, key and value products. */
  default Presence attentionBias() {
    return Presence.ABSENT;
  }

  /** Bias of the attention's output product. */
  default Presence outputBias() {
    return Presence.ABSENT;
  }

  /** RMS norm of each query and key head before it is rotated. */
  default boolean queryKeyNorm() {
    return false;
  }

  /** RMS norm of what attention and feed-forward give, before it is added. */
  default boolean postNorms() {
    return false;
  }

  /** The gate's activation is GELU (tanh form) instead of SiLU. */
  default boolean gelu() {
    return false;
  }

  /** Embeddings are multiplied by √width, rounded to binary32. */
  default boolean scalesEmbeddings() {
    return false;
  }

  /** {@code final_logit_softcapping} is heeded. */
  default boolean capsLogits() {
    return false;
  }

  /** Some layers see a sliding window only, if the file states its width. */
  default boolean slides() {
    return false;
  }

  /**
   * Of every so many layers the last one sees all positions and the others slide (0: all slide),
   * unless the file states which.
   */
  default int slidingPeriod() {
    return 0;
  }

  /** The rotary base of layers with a sliding window, unless the file states one. */
  default double slidingRotaryBase() {
    return 10_000;
  }

  /** The factor of attention scores; 0 for 1/√head size. */
  default float attentionScale(int layers, int width, int heads) {
    return 0;
  }
}
