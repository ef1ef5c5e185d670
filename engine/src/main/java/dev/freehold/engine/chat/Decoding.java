// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How to choose tokens and how to hand them over: the members that chat and text completions share,
 * with OpenAI's defaults and ranges (temperature 1, top_p 1, penalties 0). Extensions that other
 * servers know too: top_k (0: off), min_p (0: off), repetition_penalty (1: off), ignore_eos.
 *
 * @param topLogprobs alternatives to report for each token; -1: no log probabilities at all
 */
public record Decoding(
    int n,
    OptionalInt maxTokens,
    List<String> stop,
    OptionalLong seed,
    float temperature,
    int topK,
    float topP,
    float minP,
    float repetitionPenalty,
    float presencePenalty,
    float frequencyPenalty,
    Map<Integer, Float> logitBias,
    int topLogprobs,
    boolean stream,
    boolean includeUsage,
    boolean ignoreEnd) {
  /** Choices that one request may ask for. */
  public static final int MAX_CHOICES = 16;

  /** Stop strings that one request may give. */
  public static final int MAX_STOPS = 16;

  private static final int MAX_STOP_LENGTH = 1024;
  private static final int MAX_BIASES = 1024;

  /** Copies the collections. */
  public Decoding {
    stop = List.copyOf(stop);
    logitBias = Map.copyOf(logitBias);
  }

  static Decoding parse(Fields fields, OptionalInt maxTokens, int topLogprobs) {
    int n = fields.integer("n", 1, MAX_CHOICES).orElse(1);
    if (fields.integer("best_of", 1, MAX_CHOICES).orElse(n) != n) {
      throw Fields.unsupported(
          "best_of", "candidates are not ranked here; ask for 'n' and choose yourself.");
    }
    boolean stream = fields.bool("stream", false);
    boolean includeUsage = false;
    var streamOptions = fields.get("stream_options");
    if (streamOptions.isPresent()) {
      if (!stream) {
        throw Fields.invalid("stream_options", "it is only allowed when 'stream' is true.");
      }
      Fields options = Fields.of(streamOptions.get(), "stream_options");
      includeUsage = options.bool("include_usage", false);
      if (options.bool("include_obfuscation", false)) {
        throw Fields.unsupported(
            "stream_options.include_obfuscation", "chunks are not padded here; leave it out.");
      }
    }
    return new Decoding(
        n,
        maxTokens,
        stops(fields),
        fields.integer64("seed"),
        (float) fields.number("temperature", 0, 2).orElse(1),
        fields.integer("top_k", 0, Integer.MAX_VALUE).orElse(0),
        (float) fields.number("top_p", 0, 1).orElse(1),
        (float) fields.number("min_p", 0, 1).orElse(0),
        (float) fields.number("repetition_penalty", 0.01, 10).orElse(1),
        (float) fields.number("presence_penalty", -2, 2).orElse(0),
        (float) fields.number("frequency_penalty", -2, 2).orElse(0),
        biases(fields),
        topLogprobs,
        stream,
        includeUsage,
        fields.bool("ignore_eos", false));
  }

  private static List<String> stops(Fields fields) {
    List<String> stops = new ArrayList<>();
    var given = fields.get("stop");
    if (given.isPresent()) {
      if (given.get() instanceof Json.Arr array) {
        for (int i = 0; i < array.items().size(); i++) {
          stops.add(Fields.string(array.items().get(i), "stop[" + i + "]"));
        }
      } else {
        stops.add(Fields.string(given.get(), "stop"));
      }
    }
    if (stops.size() > MAX_STOPS) {
      throw new BadRequest(
          "Invalid 'stop': at most " + MAX_STOPS + " strings, but got " + stops.size() + ".",
          "stop",
          "array_above_max_length");
    }
    for (String stop : stops) {
      if (stop.isEmpty() || stop.length() > MAX_STOP_LENGTH) {
        throw Fields.invalid("stop", "a stop string has 1 to " + MAX_STOP_LENGTH + " characters.");
      }
    }
    return stops;
  }

  private static Map<Integer, Float> biases(Fields fields) {
    Map<Integer, Float> biases = new LinkedHashMap<>();
    var given = fields.get("logit_bias");
    if (given.isPresent()) {
      Json.Obj object = Fields.of(given.get(), "logit_bias").object();
      if (object.members().size() > MAX_BIASES) {
        throw Fields.invalid("logit_bias", "at most " + MAX_BIASES + " tokens can be named.");
      }
      for (Map.Entry<String, Json> member : object.members().entrySet()) {
        String name = "logit_bias." + member.getKey();
        if (!member.getKey().matches("0|[1-9][0-9]{0,8}")) {
          throw Fields.invalid(name, "a token is named by its number, such as \"1234\".");
        }
        double bias = Fields.decimal(member.getValue(), name, -100, 100);
        biases.put(Integer.parseInt(member.getKey()), (float) bias);
      }
    }
    return biases;
  }
}
