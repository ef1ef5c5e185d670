// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.engine.grammar.Tool;
import dev.freehold.record.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A request to continue a conversation.
 *
 * @param tools the functions that the model may call, by name
 * @param toolsAsGiven the same as the client described them, for the chat template
 * @param templateVariables more variables for the chat template ({@code chat_template_kwargs}, an
 *     extension that other servers know too)
 */
public record ChatRequest(
    Json.Obj body,
    String model,
    List<Message> messages,
    Map<String, Tool> tools,
    Json.Arr toolsAsGiven,
    ToolChoice toolChoice,
    ResponseFormat responseFormat,
    Json.Obj templateVariables,
    Decoding decoding,
    List<String> ignored)
    implements Request {
  /** Functions that one request may describe. */
  public static final int MAX_TOOLS = 128;

  private static final int MAX_TOP_LOGPROBS = 20;

  /** Copies the collections. */
  public ChatRequest {
    messages = List.copyOf(messages);
    tools = Collections.unmodifiableMap(new LinkedHashMap<>(tools));
    ignored = List.copyOf(ignored);
  }

  static ChatRequest parse(Json body) {
    Fields fields = Fields.of(body, "");
    String model = fields.requireString("model");
    List<Message> messages = Message.parseAll(fields.require("messages"));
    refuseWhatIsNotText(fields);
    Map<String, Tool> tools = tools(fields);
    ToolChoice choice = ToolChoice.parse(fields, tools.keySet());
    ResponseFormat format = ResponseFormat.parse(fields);
    if (choice.mode() != ToolChoice.Mode.NONE && !(format instanceof ResponseFormat.Text)) {
      throw Fields.unsupported(
          "response_format", "an answer can't be held to a format and call tools; choose one.");
    }
    Json.Obj variables =
        fields
            .get("chat_template_kwargs")
            .map(value -> Fields.of(value, "chat_template_kwargs").object())
            .orElse(Json.object().build());
    Decoding decoding = Decoding.parse(fields, maxTokens(fields), topLogprobs(fields));
    return new ChatRequest(
        fields.object(),
        model,
        messages,
        tools,
        Json.array(fields.array("tools").orElse(List.of())),
        choice,
        format,
        variables,
        decoding,
        fields.ignored());
  }

  private static OptionalInt maxTokens(Fields fields) {
    OptionalInt old = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
    OptionalInt now = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
    if (old.isPresent() && now.isPresent() && old.getAsInt() != now.getAsInt()) {
      throw Fields.invalid(
          "max_tokens", "it differs from 'max_completion_tokens', which replaces it; give one.");
    }
    return now.isPresent() ? now : old;
  }

  private static int topLogprobs(Fields fields) {
    boolean logprobs = fields.bool("logprobs", false);
    OptionalInt top = fields.integer("top_logprobs", 0, MAX_TOP_LOGPROBS);
    if (top.isPresent() && !logprobs) {
      throw Fields.invalid("top_logprobs", "it is only allowed when 'logprobs' is true.");
    }
    return logprobs ? top.orElse(0) : -1;
  }

  private static Map<String, Tool> tools(Fields fields) {
    List<Json> items = fields.array("tools").orElse(List.of());
    if (items.size() > MAX_TOOLS) {
      throw new BadRequest(
          "Invalid 'tools': at most " + MAX_TOOLS + " tools, but got " + items.size() + ".",
          "tools",
          "array_above_max_length");
    }
    Map<String, Tool> tools = new LinkedHashMap<>();
    for (int i = 0; i < items.size(); i++) {
      Fields tool = Fields.of(items.get(i), "tools[" + i + "]");
      String type = tool.requireString("type");
      if (!type.equals("function")) {
        throw new BadRequest(
            "Invalid value for '"
                + tool.name("type")
                + "': tools of type '"
                + type
                + "' are not known here; describe a function instead.",
            tool.name("type"),
            "unsupported_value");
      }
      Fields function = Fields.of(tool.require("function"), tool.name("function"));
      String name = function.requireString("name");
      if (!name.matches("[a-zA-Z0-9_-]{1,64}")) {
        throw Fields.invalid(
            function.name("name"), "a name has 1 to 64 letters, digits, underscores and dashes.");
      }
      boolean strict = function.bool("strict", false);
      Json.Obj parameters =
          function
              .get("parameters")
              .map(value -> Fields.of(value, function.name("parameters")).object())
              .orElse(Json.object().build());
      Tool known = new Tool(name, function.string("description").orElse(""), parameters, strict);
      if (tools.put(name, known) != null) {
        throw Fields.invalid(function.name("name"), "there are two functions '" + name + "'.");
      }
    }
    return tools;
  }

  /** Members that OpenAI documents and whose meaning this engine can't give. */
  private static void refuseWhatIsNotText(Fields fields) {
    fields.refuse("functions", "it has been replaced by 'tools'; use that.");
    fields.refuse("function_call", "it has been replaced by 'tool_choice'; use that.");
    fields.refuse("audio", "this engine writes text only.");
    List<Json> modalities = fields.array("modalities").orElse(List.of());
    if (!modalities.isEmpty() && !modalities.equals(List.of(Json.of("text")))) {
      throw Fields.unsupported("modalities", "this engine writes text only.");
    }
    fields.refuse("web_search_options", "this engine reads nothing but its prompt.");
    fields.refuse(
        "reasoning_effort",
        "models here have no such scale; templates that can switch thinking off take it in"
            + " 'chat_template_kwargs'.");
    if (!fields.string("verbosity").orElse("medium").equals("medium")) {
      throw Fields.unsupported("verbosity", "models here have no such scale; say it in a message.");
    }
    if (fields.bool("store", false)) {
      throw Fields.unsupported(
          "store",
          "answers are not kept for later retrieval; keep the receipt and its transcript.");
    }
    String tier = fields.string("service_tier").orElse("auto");
    if (!tier.equals("auto") && !tier.equals("default")) {
      throw Fields.unsupported("service_tier", "there is one tier here: leave it out.");
    }
    // These change no answer: labels, and hints for caches and speculation.
    fields.get("metadata");
    fields.get("prediction");
    fields.get("prompt_cache_key");
    fields.get("prompt_cache_retention");
    fields.get("safety_identifier");
    fields.get("user");
  }
}
