// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.grammar.Grammars;
import dev.freehold.engine.grammar.TokenBytes;
import dev.freehold.engine.grammar.ToolForm;
import dev.freehold.engine.model.Configuration;
import dev.freehold.engine.model.Transformer;
import dev.freehold.engine.template.ChatTemplate;
import dev.freehold.engine.tokenizer.Tokenizer;
import dev.freehold.kernel.Kernel;
import dev.freehold.record.Digest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One open model with everything that turns text into answers. Engines and replays may share it and
 * are closed first.
 */
public final class LoadedModel implements AutoCloseable {
  private final Digest digest;
  private final String name;
  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final Transformer transformer;
  private final TokenBytes tokenBytes;
  private final Map<Integer, String> marks;
  private final Grammars grammars = new Grammars();

  private LoadedModel(
      Digest digest,
      String name,
      Tokenizer tokenizer,
      Optional<ChatTemplate> template,
      Transformer transformer) {
    this.digest = digest;
    this.name = name;
    this.tokenizer = tokenizer;
    this.template = template;
    this.transformer = transformer;
    Map<Integer, String> found = new HashMap<>();
    for (String mark : ToolForm.marks()) {
      tokenizer.find(mark).ifPresent(token -> found.put(token, mark));
    }
    marks = Map.copyOf(found);
    tokenBytes =
        new TokenBytes(
            tokenizer.vocabularySize(),
            token -> {
              String mark = marks.get(token);
              return mark == null ? tokenizer.bytes(token) : mark.getBytes(StandardCharsets.UTF_8);
            },
            token -> tokenizer.isControl(token) && !marks.containsKey(token),
            tokenizer.endOfGeneration());
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
      String name =
          file.metadata()
              .string("general.name")
              .orElseGet(() -> String.valueOf(gguf.getFileName()).replaceAll("\\.gguf$", ""));
      Tokenizer tokenizer = Tokenizer.of(file.metadata());
      Optional<ChatTemplate> template =
          file.metadata().string("tokenizer.chat_template").map(ChatTemplate::compile);
      return new LoadedModel(
          digest, name, tokenizer, template, Transformer.load(file, kernel, threads));
    }
  }

  /** The SHA-256 of the model's file. */
  public Digest digest() {
    return digest;
  }

  /** The name its file gives it, or the file's name. */
  public String name() {
    return name;
  }

  /** Its tokenizer. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** Its chat template, if it has one. */
  public Optional<ChatTemplate> template() {
    return template;
  }

  /** Its weights. */
  public Transformer transformer() {
    return transformer;
  }

  /** Its vocabulary, as grammars need it. */
  public TokenBytes tokenBytes() {
    return tokenBytes;
  }

  /** The grammars that its answers were held to last. */
  public Grammars grammars() {
    return grammars;
  }

  /** Its shape. */
  public Configuration configuration() {
    return transformer.configuration();
  }

  /** The text of a new answer, token by token. */
  public AnswerText answerText() {
    return new AnswerText(tokenizer.detokenizer(), marks);
  }

  /** The text of what continues a prompt, token by token: the space it begins with is its own. */
  public AnswerText continuationText() {
    return new AnswerText(tokenizer.continuation(), marks);
  }

  /**
   * Checks that a prompt leaves room for at least one token of an answer.
   *
   * @throws PromptTooLong if it does not
   */
  public void requireRoom(int promptTokens) {
    int limit = configuration().contextLength() - 1;
    if (promptTokens > limit) {
      throw new PromptTooLong(promptTokens, limit, "the model's context beside an answer");
    }
  }

  @Override
  public void close() {
    transformer.close();
  }
}
