// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One message of a conversation.
 *
 * @param content its text; parts of type text are joined by line feeds. Empty for an assistant's
 *     message that only calls tools
 * @param name the author's or the tool's name, where the client gave one
 * @param toolCalls the calls an assistant made
 * @param toolCallId which call a tool's message answers
 */
public record Message(
    Role role,
    Optional<String> content,
    Optional<String> name,
    List<ToolCall> toolCalls,
    Optional<String> toolCallId) {
  /** Who speaks. OpenAI's {@code developer} counts as {@code system}. */
  public enum Role {
    SYSTEM("system"),
    USER("user"),
    ASSISTANT("assistant"),
    TOOL("tool");

    private final String word;

    Role(String word) {
      this.word = word;
    }

    /** The role as templates name it. */
    public String word() {
      return word;
    }
  }

  /**
   * A call that an assistant made earlier.
   *
   * @param arguments JSON, as text
   */
  public record ToolCall(String id, String name, String arguments) {}

  /** Copies the calls. */
  public Message {
    toolCalls = List.copyOf(toolCalls);
  }

  static List<Message> parseAll(Json value) {
    List<Json> items = Fields.array(value, "messages");
    if (items.isEmpty()) {
      throw new BadRequest(
          "Invalid 'messages': it is empty; give at least one message.", "messages", "empty_array");
    }
    List<Message> messages = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      messages.add(parse(Fields.of(items.get(i), "messages[" + i + "]")));
    }
    return messages;
  }

  private static Message parse(Fields fields) {
    String word = fields.requireString("role");
    Role role =
        switch (word) {
          case "system", "developer" -> Role.SYSTEM;
          case "user" -> Role.USER;
          case "assistant" -> Role.ASSISTANT;
          case "tool" -> Role.TOOL;
          case "function" ->
              throw Fields.unsupported(
                  fields.name("role"), "'function' has been replaced by 'tool'; use that.");
          default ->
              throw Fields.invalid(
                  fields.name("role"),
                  "'" + word + "' is none of system, developer, user, assistant, tool.");
        };
    fields.refuse("function_call", "it has been replaced by 'tool_calls'; use that.");
    fields.refuse("audio", "this engine reads and writes text only.");
    List<ToolCall> calls = new ArrayList<>();
    List<Json> given = fields.array("tool_calls").orElse(List.of());
    if (!given.isEmpty() && role != Role.ASSISTANT) {
      throw Fields.invalid(fields.name("tool_calls"), "only an assistant's message calls tools.");
    }
    for (int i = 0; i < given.size(); i++) {
      calls.add(toolCall(Fields.of(given.get(i), fields.name("tool_calls[" + i + "]"))));
    }
    Optional<String> content = content(fields, role);
    if (content.isEmpty()) {
      content = fields.string("refusal");
    } else {
      fields.string("refusal");
    }
    if (content.isEmpty() && calls.isEmpty()) {
      fields.require("content");
    }
    Optional<String> toolCallId = fields.string("tool_call_id");
    if (role == Role.TOOL) {
      fields.require("tool_call_id");
    }
    return new Message(role, content, fields.string("name"), calls, toolCallId);
  }

  private static Optional<String> content(Fields fields, Role role) {
    Optional<Json> content = fields.get("content");
    if (content.isEmpty() || !(content.get() instanceof Json.Arr array)) {
      return content.map(text -> Fields.string(text, fields.name("content")));
    }
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < array.items().size(); i++) {
      Fields part = Fields.of(array.items().get(i), fields.name("content[" + i + "]"));
      String type = part.requireString("type");
      if (type.equals("text")) {
        texts.add(part.requireString("text"));
      } else if (type.equals("refusal") && role == Role.ASSISTANT) {
        texts.add(part.requireString("refusal"));
      } else {
        throw new BadRequest(
            "Invalid value for '"
                + part.name("type")
                + "': content of type '"
                + type
                + "' can't be read here; this engine reads parts of type 'text' only.",
            part.name("type"),
            "unsupported_value");
      }
    }
    if (texts.isEmpty()) {
      throw Fields.invalid(fields.name("content"), "it has no parts; give a text.");
    }
    return Optional.of(String.join("\n", texts));
  }

  private static ToolCall toolCall(Fields fields) {
    String type = fields.string("type").orElse("function");
    if (!type.equals("function")) {
      throw Fields.invalid(fields.name("type"), "only calls of type 'function' are known.");
    }
    Fields function = Fields.of(fields.require("function"), fields.name("function"));
    return new ToolCall(
        fields.requireString("id"),
        function.requireString("name"),
        function.requireString("arguments"));
  }
}
