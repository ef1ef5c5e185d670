// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model's chat template, compiled. Immutable; any number of threads may render at once.
 *
 * <p>Rendering is a function of the source and the variables alone: no clock, no randomness, no
 * files. Steps, output, nesting and every intermediate value are bounded. What of Jinja is
 * understood is listed in docs/formats/chat-template.md.
 */
public final class ChatTemplate {
  /** The longest source in UTF-16 units. */
  private static final int LONGEST = 1 << 20;

  private static final Set<String> VOUCHED =
      Set.of("bos_token", "eos_token", "unk_token", "pad_token");

  private final String source;
  private final List<Node.Statement> statements;

  private ChatTemplate(String source) {
    this.source = source;
    statements = Parser.parse(source);
  }

  /**
   * Compiles a template.
   *
   * @throws TemplateException with line and column if it is not understood
   */
  public static ChatTemplate compile(String source) {
    if (source.length() > LONGEST) {
      throw new TemplateException(
          "it has " + source.length() + " characters, more than " + LONGEST, 1, 1);
    }
    return new ChatTemplate(source);
  }

  /**
   * Renders the template. The variables {@code bos_token}, {@code eos_token}, {@code unk_token} and
   * {@code pad_token} are trusted (the caller takes them from the model's file); every other one is
   * not, and what is computed from it is not either. {@code strftime_now} gives the variable {@code
   * date_string} and is undefined without it.
   *
   * @throws TemplateException if the template refuses the variables, fails, or runs beyond its
   *     bounds
   */
  public Rendered render(Json.Obj variables) {
    try {
      Map<String, Value> values = new LinkedHashMap<>();
      variables
          .members()
          .forEach((name, value) -> values.put(name, Value.of(value, VOUCHED.contains(name))));
      return new Interpreter(source).run(statements, values).rendered();
    } catch (Value.Failure failure) {
      throw new TemplateException(String.valueOf(failure.getMessage()), 1, 1);
    }
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
