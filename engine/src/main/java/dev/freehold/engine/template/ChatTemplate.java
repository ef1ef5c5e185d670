// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import dev.freehold.record.Digest;
import dev.freehold.record.Json;

/**
 * A model's chat template, compiled. Immutable; any number of threads may render at once.
 *
 * <p>Rendering is a function of the source and the variables alone: no clock, no randomness, no
 * files. Steps, output, nesting and every intermediate value are bounded.
 */
public final class ChatTemplate {
  private final String source;

  private ChatTemplate(String source) {
    this.source = source;
  }

  /**
   * Compiles a template.
   *
   * @throws TemplateException with line and column if it is not understood
   */
  public static ChatTemplate compile(String source) {
    return new ChatTemplate(source);
  }

  /**
   * Renders the template. The variables {@code bos_token}, {@code eos_token}, {@code unk_token} and
   * {@code pad_token} are trusted (the caller takes them from the model's file); every other one is
   * not, and what is computed from it is not either.
   *
   * @throws TemplateException if the template refuses the variables, fails, or runs beyond its
   *     bounds
   */
  public Rendered render(Json.Obj variables) {
    if (source.isEmpty()) {
      return Rendered.trusted("");
    }
    throw new TemplateException("rendering lands in the next commit", 1, 1);
  }

  /** SHA-256 of the source's UTF-8 bytes. */
  public Digest digest() {
    return Digest.sha256(source);
  }

  /** The source. */
  public String source() {
    return source;
  }
}
