// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.grammar.Grammars;
import dev.freehold.engine.grammar.TokenBytes;
import dev.freehold.engine.model.Configuration;
import dev.freehold.engine.model.Transformer;
import dev.freehold.engine.template.ChatTemplate;
import dev.freehold.engine.tokenizer.Tokenizer;
import dev.freehold.kernel.Kernel;
import dev.freehold.record.Digest;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One open model with everything that turns text into answers. Engines and replays may share it and
 * are closed first.
 */
public final class LoadedModel implements AutoCloseable {
  private final Digest digest;
  private final ModelText text;
  private final @Nullable Transformer transformer;
  private final Grammars grammars = new Grammars();

  /** The last replay's memory, while no replay uses it. */
  private final AtomicReference<@Nullable ReplayMemory> spare = new AtomicReference<>();

  private LoadedModel(Digest digest, ModelText text, @Nullable Transformer transformer) {
    this.digest = digest;
    this.text = text;
    this.transformer = transformer;
  }

  /**
   * Opens a model file.
   *
   * @param digest the file's SHA-256, which the caller has checked
   * @param threads threads of arithmetic; results don't depend on them
   * @throws RuntimeException with a clear message if the file is no model that can be run here: a
   *     GgufException, ModelException, TokenizerException or TemplateException
   */
  public static LoadedModel open(Path gguf, Digest digest, Kernel kernel, int threads) {
    try (Gguf file = Gguf.open(gguf)) {
      ModelText text = ModelText.of(file);
      return new LoadedModel(digest, text, Transformer.load(file, kernel, threads));
    }
  }

  /**
   * Opens a model whose weights are on other machines.
   *
   * @param digest the file's SHA-256, which the caller has checked
   * @throws RuntimeException as {@link #open} does
   */
  public static LoadedModel withoutWeights(Path gguf, Digest digest) {
    try (Gguf file = Gguf.open(gguf)) {
      return new LoadedModel(digest, ModelText.of(file), null);
    }
  }

  /** The SHA-256 of the model's file. */
  public Digest digest() {
    return digest;
  }

  /** What it needs for text, but no weights. */
  public ModelText text() {
    return text;
  }

  /** The name its file gives it, or the file's name. */
  public String name() {
    return text.name();
  }

  /** Its tokenizer. */
  public Tokenizer tokenizer() {
    return text.tokenizer();
  }

  /** Its chat template, if it has one. */
  public Optional<ChatTemplate> template() {
    return text.template();
  }

  /**
   * Its weights.
   *
   * @throws IllegalStateException if they are on other machines
   */
  public Transformer transformer() {
    if (transformer == null) {
      throw new IllegalStateException("the weights of " + name() + " are on other machines");
    }
    return transformer;
  }

  /** Memory for a replay in batches of so many rows: what the last one left, if it is enough. */
  ReplayMemory takeMemory(int rows) {
    ReplayMemory left = spare.getAndSet(null);
    if (left != null && left.batch().capacity() >= rows) {
      return left;
    }
    if (left != null) {
      left.close();
    }
    return new ReplayMemory(transformer(), rows);
  }

  /** Keeps a replay's memory for the next one. Of two replays at once, one's is kept. */
  void leaveMemory(ReplayMemory memory) {
    memory.rest();
    ReplayMemory other = spare.getAndSet(memory);
    if (other != null) {
      other.close();
    }
  }

  /** Its vocabulary, as grammars need it. */
  public TokenBytes tokenBytes() {
    return text.tokenBytes();
  }

  /** The grammars that its answers were held to last. */
  public Grammars grammars() {
    return grammars;
  }

  /** Its shape. */
  public Configuration configuration() {
    return text.configuration();
  }

  /** The text of a new answer, token by token. */
  public AnswerText answerText() {
    return text.answerText();
  }

  /** The text of what continues a prompt, token by token: the space it begins with is its own. */
  public AnswerText continuationText() {
    return text.continuationText();
  }

  /**
   * Checks that a prompt leaves room for at least one token of an answer.
   *
   * @throws PromptTooLong if it does not
   */
  public void requireRoom(int promptTokens) {
    text.requireRoom(promptTokens);
  }

  @Override
  public void close() {
    ReplayMemory left = spare.getAndSet(null);
    if (left != null) {
      left.close();
    }
    if (transformer != null) {
      transformer.close();
    }
  }
}
