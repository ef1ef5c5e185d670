// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.record.Json;
import java.util.List;
import java.util.Set;

/** The ways in which models write tool calls into their text, as their chat templates define. */
public enum ToolForm {
  /** {@code <tool_call>{"name": ..., "arguments": {...}}</tool_call>}: Hermes, Qwen 2.5 and 3. */
  HERMES("<tool_call>", "</tool_call>", "arguments", false),
  /** {@code <tool_call>[{"name": ..., "arguments": {...}}]</tool_call>}: SmolLM2. */
  HERMES_LIST("<tool_call>", "</tool_call>", "arguments", true),
  /** {@code {"name": ..., "parameters": {...}}} as the whole answer: Llama 3.x. */
  LLAMA("", "", "parameters", false),
  /** {@code [TOOL_CALLS][{"name": ..., "arguments": {...}}]}: Mistral 7B v0.3, Nemo. */
  MISTRAL("[TOOL_CALLS]", "", "arguments", true),
  /** {@code [TOOL_CALLS]name[ARGS]{...}} for each call: Mistral since 2025. */
  MISTRAL_ARGS("[TOOL_CALLS]", "", "", false),
  /** A block fenced by {@code ```tool_call} and {@code ```}: Gemma. */
  FENCED("```tool_call", "```", "arguments", false),
  /** As {@link #HERMES}, for a template that knows no tools: we describe them ourselves. */
  GENERIC("<tool_call>", "</tool_call>", "arguments", false);

  /** What may open a Llama answer that is a call. */
  static final String PYTHON_TAG = "<|python_tag|>";

  /** What stands between a name and its arguments in {@link #MISTRAL_ARGS}. */
  static final String ARGS = "[ARGS]";

  private final String open;
  private final String close;
  private final String arguments;
  private final boolean list;

  ToolForm(String open, String close, String arguments, boolean list) {
    this.open = open;
    this.close = close;
    this.arguments = arguments;
    this.list = list;
  }

  /** What opens the calls; empty where they are the whole answer. */
  String open() {
    return open;
  }

  /** What closes a call, or the list of calls; empty where their end closes them. */
  String close() {
    return close;
  }

  /** What the member that holds the arguments is called. */
  String argumentsName() {
    return arguments;
  }

  /** Whether the mark opens a list of calls rather than one. */
  boolean isList() {
    return list;
  }

  /** Whether an answer may hold several calls: Llama's template refuses a message with two. */
  boolean severalCalls() {
    return this != LLAMA;
  }

  /** Whether the family's templates refuse ids of calls that are not nine letters and digits. */
  public boolean shortIds() {
    return this == MISTRAL || this == MISTRAL_ARGS;
  }

  /** The form that a chat template defines; {@link #GENERIC} where it knows no tools. */
  public static ToolForm detect(String templateSource) {
    if (!templateSource.contains("tools")) {
      return GENERIC;
    }
    if (templateSource.contains("[TOOL_CALLS]")) {
      return templateSource.contains(ARGS) ? MISTRAL_ARGS : MISTRAL;
    }
    if (templateSource.contains("<tool_call>[") || templateSource.contains("<tool_call>\\n[")) {
      return HERMES_LIST;
    }
    if (templateSource.contains("<tool_call>")) {
      return HERMES;
    }
    if (templateSource.contains(PYTHON_TAG)
        || templateSource.contains("{\"name\": function name, \"parameters\"")) {
      return LLAMA;
    }
    return templateSource.contains("```tool_call") ? FENCED : GENERIC;
  }

  /**
   * The marks that open or close calls and may be control tokens of a vocabulary. Where they are,
   * {@link TokenBytes} must be told that such a token's bytes are its text, and so must whoever
   * turns an answer's tokens into the text that {@link ToolReader} is given.
   */
  public static Set<String> marks() {
    return Set.of("<tool_call>", "</tool_call>", PYTHON_TAG, "[TOOL_CALLS]", ARGS);
  }

  /**
   * What a system message has to say about the tools where the template doesn't: the functions, and
   * how to call them in the form of {@link #GENERIC}.
   */
  public String instructions(List<Tool> tools) {
    StringBuilder text =
        new StringBuilder(
            """
            You can call functions to help with the user's request. These are the functions:
            <tools>
            """);
    for (Tool tool : tools) {
      Json.Obj function =
          Json.object()
              .put("name", tool.name())
              .put("description", tool.description())
              .put("parameters", tool.parameters())
              .build();
      text.append(Json.object().put("type", "function").put("function", function).build().write())
          .append('\n');
    }
    return text.append(
            """
            </tools>
            To call a function, answer with its name and arguments as JSON:
            <tool_call>
            {"name": "function name", "arguments": {}}
            </tool_call>""")
        .toString();
  }
}
