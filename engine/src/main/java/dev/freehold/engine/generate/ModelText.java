// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.grammar.TokenBytes;
import dev.freehold.engine.grammar.ToolForm;
import dev.freehold.engine.model.Configuration;
import dev.freehold.engine.template.ChatTemplate;
import dev.freehold.engine.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Everything of a model but its weights: what turns text into tokens and tokens into text. It comes
 * out of a file's metadata, so it is there on a machine that has no layers of the model.
 */
public final class ModelText {
  private final String name;
  private final Configuration configuration;
  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final Map<Integer, String> marks;
  private final ReentrantLock building = new ReentrantLock();
  private volatile @Nullable TokenBytes tokenBytes;

  private ModelText(
      String name,
      Configuration configuration,
      Tokenizer tokenizer,
      Optional<ChatTemplate> template) {
    this.name = name;
    this.configuration = configuration;
    this.tokenizer = tokenizer;
    this.template = template;
    Map<Integer, String> found = new HashMap<>();
    for (String mark : ToolForm.marks()) {
      tokenizer.find(mark).ifPresent(token -> found.put(token, mark));
    }
    marks = Map.copyOf(found);
  }

  /**
   * Reads a file's metadata. The file may be closed afterwards, and its tensors may be missing.
   *
   * @throws RuntimeException with a clear message if it is no model that can be run here: a
   *     ModelException, TokenizerException or TemplateException
   */
  public static ModelText of(Gguf file) {
    String name =
        file.metadata()
            .string("general.name")
            .orElseGet(() -> file.name().replaceAll("\\.gguf$", ""));
    Tokenizer tokenizer = Tokenizer.of(file.metadata());
    Optional<ChatTemplate> template =
        file.metadata().string("tokenizer.chat_template").map(ChatTemplate::compile);
    return new ModelText(name, Configuration.of(file.metadata()), tokenizer, template);
  }

  /** The name the file gives it, or the file's name. */
  public String name() {
    return name;
  }

  /** Its numbers. */
  public Configuration configuration() {
    return configuration;
  }

  /** Its tokenizer. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** Its chat template, if it has one. */
  public Optional<ChatTemplate> template() {
    return template;
  }

  /** Its vocabulary, as grammars need it; built when the first of them does. */
  public TokenBytes tokenBytes() {
    TokenBytes built = tokenBytes;
    if (built == null) {
      building.lock();
      try {
        built = tokenBytes;
        if (built == null) {
          built = buildTokenBytes();
          tokenBytes = built;
        }
      } finally {
        building.unlock();
      }
    }
    return built;
  }

  private TokenBytes buildTokenBytes() {
    return new TokenBytes(
        tokenizer.vocabularySize(),
        token -> {
          String mark = marks.get(token);
          return mark == null ? tokenizer.bytes(token) : mark.getBytes(StandardCharsets.UTF_8);
        },
        token -> tokenizer.isControl(token) && !marks.containsKey(token),
        tokenizer.endOfGeneration());
  }

  /** Whether the token ends a generation. */
  public boolean isEnd(int token) {
    return tokenizer.endOfGeneration().contains(token);
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
   * The whole text of an answer, the marks around tool calls included; ends and other control
   * tokens give none.
   */
  public String textOf(int[] output) {
    AnswerText text = continuationText();
    StringBuilder out = new StringBuilder();
    for (int token : output) {
      if (!isEnd(token)) {
        out.append(text.push(token));
      }
    }
    return out.append(text.finish()).toString();
  }

  /**
   * Checks that a prompt leaves room for at least one token of an answer.
   *
   * @throws PromptTooLong if it does not
   */
  public void requireRoom(int promptTokens) {
    int limit = configuration.contextLength() - 1;
    if (promptTokens > limit) {
      throw new PromptTooLong(promptTokens, limit, "the model's context beside an answer");
    }
  }
}
