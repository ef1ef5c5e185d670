// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.engine.sampling.ParameterException;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * How to choose tokens and how to hand them over: the members that chat and text completions share,
 * with OpenAI's defaults. Extensions that other servers know too: top_k, min_p, repetition_penalty,
 * ignore_eos.
 *
 * @param unseeded how tokens are chosen; its seed is 0 where the client gave none
 * @param seeded the client gave a seed
 * @param topLogprobs alternatives to report for each token; -1: no log probabilities at all
 * @param includeUsage a stream ends with the counts of tokens
 * @param ignoreEnd tokens that end an answer don't end it
 */
public record Decoding(
    int n,
    OptionalInt maxTokens,
    List<String> stop,
    SamplingParameters unseeded,
    boolean seeded,
    int topLogprobs,
    boolean stream,
    boolean includeUsage,
    boolean ignoreEnd) {
  /** Choices that one request may ask for. */
  public static final int MAX_CHOICES = 16;

  /** Stop strings that one request may give. */
  public static final int MAX_STOPS = 16;

  private static final int MAX_STOP_LENGTH = 1024;

  /** The members that {@link SamplingParameters#fromRequest} reads. */
  private static final List<String> SAMPLING =
      List.of(
          "temperature",
          "top_k",
          "top_p",
          "min_p",
          "repetition_penalty",
          "presence_penalty",
          "frequency_penalty",
          "logit_bias",
          "seed");

  /** Copies the list. */
  public Decoding {
    stop = List.copyOf(stop);
  }

  /** How tokens are chosen: with the client's seed, or else with this one. */
  public SamplingParameters sampling(long seedIfAbsent) {
    return seeded ? unseeded : unseeded.withSeed(seedIfAbsent);
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
    for (String member : SAMPLING) {
      fields.get(member);
    }
    SamplingParameters sampling;
    try {
      sampling = SamplingParameters.fromRequest(fields.object(), 0);
    } catch (ParameterException e) {
      throw new BadRequest(String.valueOf(e.getMessage()), e.parameter(), e.code());
    }
    return new Decoding(
        n,
        maxTokens,
        stops(fields),
        sampling,
        fields.get("seed").isPresent(),
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
}
