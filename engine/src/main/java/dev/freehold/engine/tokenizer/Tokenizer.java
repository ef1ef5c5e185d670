// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import dev.freehold.engine.gguf.Metadata;
import dev.freehold.engine.template.Rendered;
import dev.freehold.record.Digest;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A model's tokenizer. Immutable; any number of threads may use it at once. Token ids equal those
 * of llama.cpp for the same metadata.
 */
public interface Tokenizer {
  /**
   * The tokenizer that a model file describes.
   *
   * @throws TokenizerException naming the model or pre-tokenizer that is not known here, or what
   *     contradicts itself
   */
  static Tokenizer of(Metadata metadata) {
    String model =
        metadata
            .string("tokenizer.ggml.model")
            .orElseThrow(() -> new TokenizerException("the file has no tokenizer.ggml.model"));
    return switch (model) {
      case "gpt2" ->
          new BytePairTokenizer(metadata, metadata.string("tokenizer.ggml.pre").orElse(""));
      case "llama" -> new SentencePieceTokenizer(metadata);
      default ->
          throw new TokenizerException(
              "the model's tokenizer (tokenizer.ggml.model) is '"
                  + model
                  + "'; known are gpt2 (byte-pair encoding) and llama (SentencePiece)");
    };
  }

  /**
   * The tokens of plain text. Control tokens are never recognised in it, and no begin or end token
   * is added. A lone surrogate counts as U+FFFD.
   */
  int[] encode(String text);

  /**
   * The tokens of a prompt. Control tokens are recognised where their whole text is trusted, and
   * nowhere else. No begin or end token is added.
   */
  int[] encode(Rendered prompt);

  /** How many tokens there are; ids run from 0 to one below. */
  int vocabularySize();

  /**
   * The bytes that a token adds to the text, as a fresh array; empty for control tokens. A
   * SentencePiece token keeps the space it starts with; that the first one of a text is dropped is
   * up to {@link #detokenizer} and {@link #decode}.
   *
   * @throws IndexOutOfBoundsException if there is no such token
   */
  byte[] bytes(int token);

  /** Whether a token is a control token: structure, never text. */
  boolean isControl(int token);

  /** The token that begins a text, if the model has one. */
  OptionalInt begin();

  /** The token that ends a text, if the model names one. */
  OptionalInt end();

  /** Whether the model expects {@link #begin} before a text that holds none. */
  boolean addsBegin();

  /** The tokens at which generation ends. */
  Set<Integer> endOfGeneration();

  /** The control token of exactly that text, if there is one. */
  OptionalInt find(String controlText);

  /**
   * The text of a control token as the template writes it, such as {@code <|im_start|>}; for any
   * other token the text in the vocabulary.
   *
   * @throws IndexOutOfBoundsException if there is no such token
   */
  String name(int token);

  /**
   * A fresh detokenizer for a text from its first token on: where the tokenizer puts a space before
   * every text, that space is taken off again.
   */
  Detokenizer detokenizer();

  /** A fresh detokenizer for tokens that continue a text: every byte of theirs counts. */
  Detokenizer continuation();

  /** The text of a whole sequence; what is not UTF-8 becomes U+FFFD. */
  String decode(int[] tokens);

  /**
   * SHA-256 over everything that decides tokenisation; docs/formats/tokenizer.md says over which
   * bytes.
   */
  Digest digest();
}
