// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  private static final Json.Obj NONE = Json.object().build();

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
   * Renders the template. No variable is trusted, and what is computed from one is not either.
   * {@code strftime_now} gives the variable {@code date_string} and is undefined without it.
   *
   * @throws TemplateException if the template refuses the variables, fails, or runs beyond its
   *     bounds
   */
  public Rendered render(Json.Obj variables) {
    return render(variables, NONE);
  }

  /**
   * Renders the template with further variables that the caller vouches for, such as {@code
   * bos_token} from the model's file: they are trusted as the template's own words are, and stand
   * in place of other variables of their names. Nothing that came with a request belongs there.
   *
   * @throws TemplateException as {@link #render(Json.Obj)} does
   */
  public Rendered render(Json.Obj variables, Json.Obj vouched) {
    try {
      Map<String, Value> values = new LinkedHashMap<>();
      variables.members().forEach((name, value) -> values.put(name, Value.of(value, false)));
      vouched.members().forEach((name, value) -> values.put(name, Value.of(value, true)));
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
