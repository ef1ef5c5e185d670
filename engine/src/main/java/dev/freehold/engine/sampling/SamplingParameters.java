// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How tokens are chosen; docs/formats/sampling.md says what each does, in which order.
 *
 * @param temperature 0 to 2; below 0.001 the best token is taken
 * @param topK 0 (off) or how many tokens stay
 * @param topP 0 to 1 (off)
 * @param minP 0 (off) to 1
 * @param repetitionPenalty 0.1 to 10, 1 is off; over prompt and output
 * @param presencePenalty -2 to 2, 0 is off; over the output
 * @param frequencyPenalty -2 to 2, 0 is off; over the output
 * @param logitBias token to what is added to its logit, -100 to 100; at most {@value #MAX_BIASES}
 * @param seed -(2^53 - 1) to 2^53 - 1, since JSON has to carry it
 */
public record SamplingParameters(
    float temperature,
    int topK,
    float topP,
    float minP,
    float repetitionPenalty,
    float presencePenalty,
    float frequencyPenalty,
    Map<Integer, Float> logitBias,
    long seed) {
  /** How many tokens can be given a bias. */
  public static final int MAX_BIASES = 1024;

  private static final List<String> MEMBERS =
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

  /** Checks every range; a zero loses its sign. */
  public SamplingParameters {
    temperature = decimal("temperature", temperature, 0, 2);
    integer("top_k", topK, 0, Integer.MAX_VALUE);
    topP = decimal("top_p", topP, 0, 1);
    minP = decimal("min_p", minP, 0, 1);
    repetitionPenalty = decimal("repetition_penalty", repetitionPenalty, 0.1f, 10);
    presencePenalty = decimal("presence_penalty", presencePenalty, -2, 2);
    frequencyPenalty = decimal("frequency_penalty", frequencyPenalty, -2, 2);
    integer("seed", seed, -CanonicalJson.MAX_SAFE_INTEGER, CanonicalJson.MAX_SAFE_INTEGER);
    if (logitBias.size() > MAX_BIASES) {
      throw new ParameterException(
          "Invalid 'logit_bias': too many properties. Expected an object with at most "
              + MAX_BIASES
              + " properties, but got "
              + logitBias.size()
              + " instead.",
          "logit_bias",
          "object_above_max_properties");
    }
    TreeMap<Integer, Float> biases = new TreeMap<>();
    for (Map.Entry<Integer, Float> bias : logitBias.entrySet()) {
      String name = "logit_bias." + bias.getKey();
      integer(name, bias.getKey(), 0, Integer.MAX_VALUE);
      biases.put(bias.getKey(), decimal(name, bias.getValue(), -100, 100));
    }
    logitBias = Collections.unmodifiableMap(biases);
  }

  /** What OpenAI's API assumes: temperature 1, everything else off. */
  public static SamplingParameters defaults(long seed) {
    return new SamplingParameters(1, 0, 1, 0, 1, 0, 0, Map.of(), seed);
  }

  /** The best token always; the seed is without effect. */
  public static SamplingParameters greedy() {
    return new SamplingParameters(0, 0, 1, 0, 1, 0, 0, Map.of(), 0);
  }

  /** True where the best token is taken and nothing is drawn. */
  public boolean isGreedy() {
    return temperature < 0.001f;
  }

  /** True where the tokens that came before matter. */
  public boolean hasPenalties() {
    return repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0;
  }

  /** The same parameters under another seed. */
  public SamplingParameters withSeed(long other) {
    return new SamplingParameters(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        presencePenalty,
        frequencyPenalty,
        logitBias,
        other);
  }

  /** All nine members, as receipts hold them: binary32 values in their shortest decimal form. */
  public Json.Obj toJson() {
    Json.Builder biases = Json.object();
    for (Map.Entry<Integer, Float> bias : logitBias.entrySet()) {
      biases.put(Integer.toString(bias.getKey()), shortest(bias.getValue()));
    }
    return Json.object()
        .put("temperature", shortest(temperature))
        .put("top_k", topK)
        .put("top_p", shortest(topP))
        .put("min_p", shortest(minP))
        .put("repetition_penalty", shortest(repetitionPenalty))
        .put("presence_penalty", shortest(presencePenalty))
        .put("frequency_penalty", shortest(frequencyPenalty))
        .put("logit_bias", biases.build())
        .put("seed", seed)
        .build();
  }

  /**
   * Reads exactly what {@link #toJson} writes: all nine members, no other, each in its one form.
   *
   * @throws ParameterException otherwise
   */
  public static SamplingParameters fromJson(Json.Obj json) {
    for (String name : MEMBERS) {
      if (json.get(name).isEmpty()) {
        throw new ParameterException(
            "Missing required parameter: '" + name + "'.", name, "missing_required_parameter");
      }
    }
    for (String name : json.members().keySet()) {
      if (!MEMBERS.contains(name)) {
        throw new ParameterException(
            "Unknown parameter: '" + name + "'.", name, "unknown_parameter");
      }
    }
    SamplingParameters read = fromRequest(json, 0);
    Json.Obj written = read.toJson();
    for (String name : MEMBERS) {
      // By text, in which 1 and 1.0 are one number, and -1 for top_k or 0.1000000001 differ.
      String given = json.get(name).map(CanonicalJson::text).orElse("");
      if (!given.equals(written.get(name).map(CanonicalJson::text).orElse(""))) {
        throw new ParameterException(
            "Invalid '" + name + "': not in the form in which it is recorded.",
            name,
            "invalid_value");
      }
    }
    return read;
  }

  /**
   * Reads the sampling members of a request as OpenAI's API defines them, with the common
   * extensions {@code top_k} (0 or -1: off), {@code min_p} and {@code repetition_penalty}. A member
   * that is absent or null has its default; members of other names are not looked at.
   *
   * @param seedIfAbsent the seed where the request names none
   * @throws ParameterException if a member has a wrong type or is out of range
   */
  public static SamplingParameters fromRequest(Json.Obj request, long seedIfAbsent) {
    long topK = integerMember(request, "top_k", 0);
    TreeMap<Integer, Float> biases = new TreeMap<>();
    Json given = request.get("logit_bias").orElse(Json.Null.VALUE);
    if (given instanceof Json.Obj map) {
      for (Map.Entry<String, Json> bias : map.members().entrySet()) {
        String name = "logit_bias." + bias.getKey();
        biases.put(token(bias.getKey()), (float) decimalOf(name, bias.getValue()));
      }
    } else if (!(given instanceof Json.Null)) {
      throw wrongType("logit_bias", "an object", given);
    }
    return new SamplingParameters(
        decimalMember(request, "temperature", 1),
        (int) integer("top_k", topK == -1 ? 0 : topK, 0, Integer.MAX_VALUE),
        decimalMember(request, "top_p", 1),
        decimalMember(request, "min_p", 0),
        decimalMember(request, "repetition_penalty", 1),
        decimalMember(request, "presence_penalty", 0),
        decimalMember(request, "frequency_penalty", 0),
        biases,
        integerMember(request, "seed", seedIfAbsent));
  }

  private static int token(String name) {
    try {
      int token = Integer.parseInt(name);
      if (token >= 0 && Integer.toString(token).equals(name)) {
        return token;
      }
    } catch (NumberFormatException e) {
      // Refused below, like a number in another spelling.
    }
    throw new ParameterException(
        "Invalid key in 'logit_bias': " + name + ". You should only be submitting token ids.",
        "logit_bias",
        "invalid_value");
  }

  private static float decimalMember(Json.Obj request, String name, float absent) {
    Json value = request.get(name).orElse(Json.Null.VALUE);
    return value instanceof Json.Null ? absent : (float) decimalOf(name, value);
  }

  private static double decimalOf(String name, Json value) {
    if (value instanceof Json.Num number) {
      return number.value();
    }
    throw wrongType(name, "a decimal", value);
  }

  private static long integerMember(Json.Obj request, String name, long absent) {
    Json value = request.get(name).orElse(Json.Null.VALUE);
    if (value instanceof Json.Null) {
      return absent;
    }
    if (value instanceof Json.Num number && number.integral()) {
      // The cast saturates; what is beyond the safe integers is refused by the range.
      return (long) number.value();
    }
    throw wrongType(name, "an integer", value);
  }

  private static ParameterException wrongType(String name, String expected, Json value) {
    String kind =
        switch (value) {
          case Json.Obj _ -> "an object";
          case Json.Arr _ -> "an array";
          case Json.Str _ -> "a string";
          case Json.Num _ -> "a decimal";
          case Json.Bool _ -> "a boolean";
          case Json.Null _ -> "null";
        };
    return new ParameterException(
        "Invalid type for '" + name + "': expected " + expected + ", but got " + kind + " instead.",
        name,
        "invalid_type");
  }

  private static float decimal(String name, float value, float least, float most) {
    if (Float.isNaN(value) || value < least) {
      throw outOfRange("decimal", name, "below minimum", ">= " + text(least), text(value));
    }
    if (value > most) {
      throw outOfRange("decimal", name, "above maximum", "<= " + text(most), text(value));
    }
    return value + 0f;
  }

  private static long integer(String name, long value, long least, long most) {
    if (value < least) {
      throw outOfRange("integer", name, "below minimum", ">= " + least, Long.toString(value));
    }
    if (value > most) {
      throw outOfRange("integer", name, "above maximum", "<= " + most, Long.toString(value));
    }
    return value;
  }

  private static ParameterException outOfRange(
      String kind, String name, String how, String expected, String got) {
    return new ParameterException(
        "Invalid '"
            + name
            + "': "
            + kind
            + " "
            + how
            + " value. Expected a value "
            + expected
            + ", but got "
            + got
            + " instead.",
        name,
        kind + "_" + (how.startsWith("below") ? "below_min_value" : "above_max_value"));
  }

  private static Json.Num shortest(float value) {
    return Json.of(Double.parseDouble(Float.toString(value)));
  }

  private static String text(float value) {
    return value == Math.rint(value) && Math.abs(value) < 1e6f
        ? Integer.toString((int) value)
        : Float.toString(value);
  }
}
