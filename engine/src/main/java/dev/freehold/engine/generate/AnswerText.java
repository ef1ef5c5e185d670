// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.tokenizer.Detokenizer;
import java.util.Map;

/**
 * The text of an answer, token by token: whole characters only, and the marks around tool calls as
 * text even where they are control tokens. One thread at a time.
 */
public final class AnswerText {
  private final Detokenizer detokenizer;
  private final Map<Integer, String> marks;

  AnswerText(Detokenizer detokenizer, Map<Integer, String> marks) {
    this.detokenizer = detokenizer;
    this.marks = marks;
  }

  /** Takes the next token; gives the characters that it completes. */
  public String push(int token) {
    String mark = marks.get(token);
    return mark == null ? detokenizer.push(token) : detokenizer.finish() + mark;
  }

  /** Ends the text; gives U+FFFD if a character was left unfinished, otherwise nothing. */
  public String finish() {
    return detokenizer.finish();
  }
}
