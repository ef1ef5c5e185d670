// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.grammar.Grammar;
import dev.freehold.engine.grammar.GrammarException;
import dev.freehold.engine.grammar.Grammars;
import dev.freehold.engine.grammar.Tool;
import dev.freehold.engine.grammar.ToolForm;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.engine.template.ChatTemplate;
import dev.freehold.engine.template.TemplateException;
import dev.freehold.engine.tokenizer.Tokenizer;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns requests into prompts (docs/formats/prompting.md). A pure function of request, model and
 * seed. Text of a request never becomes a special token.
 */
public final class Prompting {
  /** Where a model without a chat template would begin to speak for the user. */
  private static final String PLAIN_STOP = "\nUser:";

  /** Mistral's templates refuse other ids. */
  private static final Pattern SHORT_ID = Pattern.compile("[A-Za-z0-9]{9}");

  private Prompting() {}

  /**
   * Prepares a request for one model.
   *
   * @param seedIfAbsent the seed where the client gave none; within ±(2^53 - 1)
   * @throws BadRequest if this model can't honour the request
   * @throws dev.freehold.engine.generate.PromptTooLong saying by how much
   */
  public static Prepared prepare(Request request, LoadedModel model, long seedIfAbsent) {
    return switch (request) {
      case ChatRequest chat -> prepare(chat, model, seedIfAbsent);
      case CompletionRequest completion -> prepare(completion, model, seedIfAbsent);
      case EmbeddingRequest embedding -> prepare(embedding, model);
    };
  }

  private static Prepared prepare(ChatRequest chat, LoadedModel model, long seedIfAbsent) {
    Optional<ToolForm> form = toolForm(chat, model);
    int[] prompt =
        model
            .template()
            .map(template -> render(chat, form, model, template))
            .orElseGet(() -> begin(model.tokenizer().encode(plain(chat, form)), model));
    return generations(
        List.of(prompt),
        chat.decoding(),
        stops(chat, model),
        grammar(chat, form, model.grammars()),
        model,
        seedIfAbsent);
  }

  private static Prepared prepare(
      CompletionRequest completion, LoadedModel model, long seedIfAbsent) {
    return generations(
        tokens(completion.prompts(), "prompt", model),
        completion.decoding(),
        completion.decoding().stop(),
        null,
        model,
        seedIfAbsent);
  }

  private static Prepared prepare(EmbeddingRequest embedding, LoadedModel model) {
    int width = model.configuration().width();
    if (embedding.dimensions().orElse(width) != width) {
      throw Fields.unsupported(
          "dimensions", "vectors of this model have " + width + " elements; leave it out.");
    }
    List<int[]> prompts = tokens(embedding.input(), "input", model);
    prompts.forEach(prompt -> model.requireRoom(prompt.length));
    return new Prepared(prompts, List.of(), SamplingParameters.greedy());
  }

  private static Prepared generations(
      List<int[]> prompts,
      Decoding decoding,
      List<String> stops,
      @Nullable Grammar grammar,
      LoadedModel model,
      long seedIfAbsent) {
    SamplingParameters sampling = decoding.sampling(seedIfAbsent);
    for (int token : sampling.logitBias().keySet()) {
      if (token >= model.configuration().vocabulary()) {
        throw Fields.invalid(
            "logit_bias." + token,
            "this model's tokens run from 0 to " + (model.configuration().vocabulary() - 1) + ".");
      }
    }
    List<GenerationRequest> generations = new ArrayList<>();
    for (int[] prompt : prompts) {
      if (prompt.length == 0) {
        throw Fields.invalid("messages", "the model's chat template makes no prompt of them.");
      }
      model.requireRoom(prompt.length);
      int room = model.configuration().contextLength() - prompt.length;
      for (int i = 0; i < decoding.n(); i++) {
        generations.add(
            new GenerationRequest(
                prompt,
                Math.min(room, decoding.maxTokens().orElse(room)),
                sampling,
                generations.size(),
                stops,
                grammar,
                decoding.ignoreEnd(),
                decoding.topLogprobs()));
      }
    }
    return new Prepared(prompts, generations, sampling);
  }

  /** The form in which this answer may call tools; empty if it may not. */
  static Optional<ToolForm> toolForm(Request request, LoadedModel model) {
    return request instanceof ChatRequest chat && chat.toolChoice().mode() != ToolChoice.Mode.NONE
        ? Optional.of(
            model
                .template()
                .map(template -> ToolForm.detect(template.source()))
                .orElse(ToolForm.GENERIC))
        : Optional.empty();
  }

  /** The texts that end an answer to this request. */
  static List<String> stops(Request request, LoadedModel model) {
    return switch (request) {
      case ChatRequest chat -> {
        List<String> stops = new ArrayList<>(chat.decoding().stop());
        if (model.template().isEmpty()) {
          stops.add(PLAIN_STOP);
        }
        yield stops;
      }
      case CompletionRequest completion -> completion.decoding().stop();
      case EmbeddingRequest _ -> List.of();
    };
  }

  private static @Nullable Grammar grammar(
      ChatRequest chat, Optional<ToolForm> form, Grammars grammars) {
    try {
      if (form.isPresent()) {
        ToolChoice choice = chat.toolChoice();
        List<Tool> allowed =
            chat.tools().values().stream()
                .filter(tool -> choice.allowed().contains(tool.name()))
                .toList();
        return grammars.ofTools(
            form.get(), allowed, choice.mode() == ToolChoice.Mode.REQUIRED, choice.parallel());
      }
      return switch (chat.responseFormat()) {
        case ResponseFormat.Text _ -> null;
        case ResponseFormat.JsonObject _ -> grammars.ofJsonObject();
        case ResponseFormat.JsonSchema schema -> grammars.ofJsonSchema(schema.schema());
      };
    } catch (GrammarException e) {
      throw Fields.invalid(
          form.isPresent() ? "tools" : "response_format", String.valueOf(e.getMessage()));
    }
  }

  private static List<int[]> tokens(List<PromptInput> inputs, String name, LoadedModel model) {
    List<int[]> prompts = new ArrayList<>();
    for (PromptInput input : inputs) {
      prompts.add(
          switch (input) {
            case PromptInput.Text text -> begin(model.tokenizer().encode(text.text()), model);
            case PromptInput.Tokens tokens -> {
              int vocabulary = model.configuration().vocabulary();
              for (int token : tokens.tokens()) {
                if (token >= vocabulary) {
                  throw Fields.invalid(
                      name,
                      "there is no token "
                          + token
                          + "; this model's run from 0 to "
                          + (vocabulary - 1)
                          + ".");
                }
              }
              yield tokens.tokens().stream().mapToInt(Integer::intValue).toArray();
            }
          });
    }
    return prompts;
  }

  /** Puts the token that begins a text in front, where the model expects one and none is there. */
  private static int[] begin(int[] tokens, LoadedModel model) {
    Tokenizer tokenizer = model.tokenizer();
    OptionalInt begin = tokenizer.begin();
    if (begin.isEmpty()
        || (tokens.length > 0 && (!tokenizer.addsBegin() || tokens[0] == begin.getAsInt()))) {
      return tokens;
    }
    int[] longer = new int[tokens.length + 1];
    longer[0] = begin.getAsInt();
    System.arraycopy(tokens, 0, longer, 1, tokens.length);
    return longer;
  }

  private static int[] render(
      ChatRequest chat, Optional<ToolForm> form, LoadedModel model, ChatTemplate template) {
    ToolForm known = ToolForm.detect(template.source());
    boolean templateKnowsTools = known != ToolForm.GENERIC;
    Json.Builder variables = Json.object();
    chat.templateVariables().members().forEach(variables::put);
    Tokenizer tokenizer = model.tokenizer();
    Json.Builder vouched = Json.object();
    tokenizer.begin().ifPresent(token -> vouched.put("bos_token", tokenizer.name(token)));
    tokenizer.end().ifPresent(token -> vouched.put("eos_token", tokenizer.name(token)));
    variables
        .put(
            "messages",
            messages(
                templateKnowsTools ? chat.messages() : withoutTools(chat, form), known.shortIds()))
        .put("add_generation_prompt", true);
    if (templateKnowsTools && form.isPresent()) {
      variables.put("tools", chat.toolsAsGiven());
    }
    try {
      return begin(tokenizer.encode(template.render(variables.build(), vouched.build())), model);
    } catch (TemplateException e) {
      throw new BadRequest(
          "The model's chat template refuses these messages: " + e.getMessage(),
          "messages",
          "invalid_value");
    }
  }

  private static Json.Arr messages(List<Message> messages, boolean shortIds) {
    List<Json> items = new ArrayList<>();
    for (Message message : messages) {
      Json.Builder item =
          Json.object()
              .put("role", message.role().word())
              .put("content", message.content().orElse(""));
      message.name().ifPresent(name -> item.put("name", name));
      message.toolCallId().ifPresent(id -> item.put("tool_call_id", callId(id, shortIds)));
      if (!message.toolCalls().isEmpty()) {
        item.put(
            "tool_calls",
            Json.array(
                message.toolCalls().stream()
                    .map(
                        call ->
                            Json.object()
                                .put("id", callId(call.id(), shortIds))
                                .put("type", "function")
                                .put(
                                    "function",
                                    Json.object()
                                        .put("name", call.name())
                                        .put("arguments", arguments(call.arguments()))
                                        .build())
                                .build())
                    .toList()));
      }
      items.add(item.build());
    }
    return Json.array(items);
  }

  /** The id of a call as the template wants it. */
  private static String callId(String id, boolean shortIds) {
    return shortIds && !SHORT_ID.matcher(id).matches()
        ? Digest.sha256(id).hex().substring(0, 9)
        : id;
  }

  /** Templates expect the arguments as a value; what is no JSON stays text. */
  private static Json arguments(String text) {
    try {
      return Json.parse(text);
    } catch (JsonException e) {
      return Json.of(text);
    }
  }

  /** The conversation for a template that knows no tools: what they say and are told is text. */
  private static List<Message> withoutTools(ChatRequest chat, Optional<ToolForm> form) {
    List<Message> messages = new ArrayList<>();
    for (Message message : chat.messages()) {
      messages.add(
          switch (message.role()) {
            case SYSTEM, USER -> message;
            case ASSISTANT -> text(Message.Role.ASSISTANT, spoken(message));
            case TOOL ->
                text(
                    Message.Role.USER,
                    "<tool_response>\n" + message.content().orElse("") + "\n</tool_response>");
          });
    }
    if (form.isPresent()) {
      String instructions = form.get().instructions(List.copyOf(chat.tools().values()));
      Message first = messages.getFirst();
      if (first.role() == Message.Role.SYSTEM) {
        messages.set(
            0, text(Message.Role.SYSTEM, first.content().orElse("") + "\n\n" + instructions));
      } else {
        messages.addFirst(text(Message.Role.SYSTEM, instructions));
      }
    }
    return messages;
  }

  private static String spoken(Message message) {
    List<String> parts = new ArrayList<>();
    message.content().filter(content -> !content.isEmpty()).ifPresent(parts::add);
    for (Message.ToolCall call : message.toolCalls()) {
      Json.Obj json =
          Json.object()
              .put("name", call.name())
              .put("arguments", arguments(call.arguments()))
              .build();
      parts.add("<tool_call>\n" + json.write() + "\n</tool_call>");
    }
    return String.join("\n", parts);
  }

  private static Message text(Message.Role role, String content) {
    return new Message(role, Optional.of(content), Optional.empty(), List.of(), Optional.empty());
  }

  /** The conversation as plain text, for a model without a chat template. */
  private static String plain(ChatRequest chat, Optional<ToolForm> form) {
    StringBuilder text = new StringBuilder();
    for (Message message : withoutTools(chat, form)) {
      String content = message.content().orElse("");
      switch (message.role()) {
        case SYSTEM -> text.append(content).append("\n\n");
        case USER, TOOL -> text.append("User: ").append(content).append('\n');
        case ASSISTANT -> text.append("Assistant: ").append(content).append('\n');
      }
    }
    return text.append("Assistant:").toString();
  }
}
