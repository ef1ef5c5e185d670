// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.util.ArrayList;
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
  /** {@code [TOOL_CALLS][{"name": ..., "arguments": {...}}]}: Mistral. */
  MISTRAL("[TOOL_CALLS]", "", "arguments", true),
  /** A block fenced by {@code ```tool_call} and {@code ```}: Gemma. */
  FENCED("```tool_call", "```", "arguments", false),
  /** As {@link #HERMES}, for a template that knows no tools: we describe them ourselves. */
  GENERIC("<tool_call>", "</tool_call>", "arguments", false);

  /** What may open a Llama answer that is a call. */
  static final String PYTHON_TAG = "<|python_tag|>";

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
  public String open() {
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

  /** The form that a chat template defines; {@link #GENERIC} where it knows no tools. */
  public static ToolForm detect(String templateSource) {
    if (!templateSource.contains("tools")) {
      return GENERIC;
    }
    if (templateSource.contains("[TOOL_CALLS]")) {
      return MISTRAL;
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
   * turns an answer's tokens into the text that {@link #read} is given.
   */
  public static Set<String> marks() {
    return Set.of("<tool_call>", "</tool_call>", PYTHON_TAG, "[TOOL_CALLS]");
  }

  /** What an answer's text holds: the words before the calls, and the calls. */
  public record Reading(String content, List<ToolCall> calls) {
    /** Copies the calls. */
    public Reading {
      calls = List.copyOf(calls);
    }
  }

  /**
   * Reads the calls out of a finished answer: the inverse of the grammar. Total: a text that is not
   * exactly of this form (it was cut short, say) is all content and holds no call.
   */
  public Reading read(String text) {
    int at = this == LLAMA ? 0 : text.indexOf(open);
    if (at >= 0) {
      try {
        List<ToolCall> calls = new CallReader(text, at).all();
        return new Reading(text.substring(0, at).stripTrailing(), calls);
      } catch (JsonException e) {
        // Not of this form: all of it is content.
      }
    }
    return new Reading(text, List.of());
  }

  /** One answer's calls; a JsonException says that there are none. */
  private final class CallReader {
    private final String text;
    private final List<ToolCall> calls = new ArrayList<>();
    private int at;

    CallReader(String text, int at) {
      this.text = text;
      this.at = at;
    }

    List<ToolCall> all() {
      if (ToolForm.this == LLAMA) {
        space();
        take(PYTHON_TAG);
        do {
          space();
          call(value());
          space();
        } while (take(";"));
      } else {
        do {
          block();
          space();
        } while (at < text.length() && !list);
      }
      if (at < text.length()) {
        throw new JsonException("something follows the calls");
      }
      return calls;
    }

    private void block() {
      expect(open);
      space();
      Json value = value();
      if (!list) {
        call(value);
      } else if (value instanceof Json.Arr several && !several.items().isEmpty()) {
        several.items().forEach(this::call);
      } else {
        throw new JsonException("a list of calls is due");
      }
      space();
      expect(close);
    }

    private void call(Json value) {
      if (!(value instanceof Json.Obj object)
          || object.members().size() != 2
          || !(object.get("name").orElse(null) instanceof Json.Str name)
          || !(object.get(arguments).orElse(null) instanceof Json.Obj given)) {
        throw new JsonException("a call has a name and " + arguments);
      }
      calls.add(new ToolCall(name.value(), given));
    }

    /** The JSON value from here to the bracket that closes it. */
    private Json value() {
      int start = at;
      int depth = 0;
      boolean inString = false;
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (inString) {
          at += c == '\\' ? 1 : 0;
          inString = c != '"';
        } else if (c == '"') {
          inString = true;
        } else if (c == '{' || c == '[') {
          depth++;
        } else if ((c == '}' || c == ']') && --depth <= 0) {
          return Json.parse(text.substring(start, at));
        }
      }
      throw new JsonException("the text ends inside a call");
    }

    private void space() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
        at++;
      }
    }

    private boolean take(String word) {
      if (text.startsWith(word, at)) {
        at += word.length();
        return true;
      }
      return false;
    }

    private void expect(String word) {
      if (!take(word)) {
        throw new JsonException(word + " is due");
      }
    }
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
