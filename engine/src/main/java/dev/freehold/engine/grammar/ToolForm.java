// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.util.List;
import java.util.Set;

/** The ways in which models write tool calls into their text, as their chat templates define. */
public enum ToolForm {
  /** {@code <tool_call>{"name": ..., "arguments": {...}}</tool_call>}: Hermes, Qwen 2.5 and 3. */
  HERMES,
  /** {@code <tool_call>[{"name": ..., "arguments": {...}}]</tool_call>}: SmolLM2. */
  HERMES_LIST,
  /** {@code {"name": ..., "parameters": {...}}} as the whole answer: Llama 3.x. */
  LLAMA,
  /** {@code [TOOL_CALLS][{"name": ..., "arguments": {...}}]}: Mistral. */
  MISTRAL,
  /** A block fenced by {@code ```tool_call} and {@code ```}: Gemma. */
  FENCED,
  /** As {@link #HERMES}, for a template that knows no tools: we describe them ourselves. */
  GENERIC;

  /** The form that a chat template defines; {@link #GENERIC} where it knows no tools. */
  public static ToolForm detect(String templateSource) {
    return templateSource.contains("[TOOL_CALLS]")
        ? MISTRAL
        : templateSource.contains("<tool_call>") ? HERMES : GENERIC;
  }

  /**
   * The marks that open or close calls and may be control tokens of a vocabulary. Where they are,
   * {@link TokenBytes} must be told that such a token's bytes are its text, and so must whoever
   * turns an answer's tokens into the text that {@link #read} is given.
   */
  public static Set<String> marks() {
    return Set.of("<tool_call>", "</tool_call>", "<|python_tag|>", "[TOOL_CALLS]");
  }

  /** What an answer's text holds: the words before the calls, and the calls. */
  public record Reading(String content, List<ToolCall> calls) {
    /** Copies the calls. */
    public Reading {
      calls = List.copyOf(calls);
    }
  }

  /**
   * Reads the calls out of a finished answer. Total: a text that is not exactly of this form (it
   * was cut short, say) is all content and holds no call.
   */
  public Reading read(String text) {
    return new Reading(text, List.of());
  }

  /** What a system message has to say about the tools where the template doesn't. */
  public String instructions(List<Tool> tools) {
    return "";
  }
}
