// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.record.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Turns tokens into the part of a response that its digest is over: a pure function, so that
 * whoever replays the tokens gets the same bytes.
 */
public final class Answers {
  private Answers() {}

  /**
   * The {@code choices} of a chat or text completion, without log probabilities: stop strings and
   * what follows them are cut off, tool calls are read out of the text.
   *
   * @param outputs for each choice all its tokens, the one that ended it included
   * @param reasons why each ended
   */
  public static Json.Arr choices(
      Request request, LoadedModel model, List<int[]> outputs, List<FinishReason> reasons) {
    if (outputs.size() != reasons.size()) {
      throw new IllegalArgumentException(
          outputs.size() + " answers can't have " + reasons.size() + " reasons to end");
    }
    List<Json> choices = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      AnswerStream stream = new AnswerStream(request, model, i);
      var _ = stream.start();
      for (int token : outputs.get(i)) {
        var _ = stream.push(new GenerationEvent.Token(token, Float.NaN, List.of()));
      }
      var _ = stream.finish(reasons.get(i));
      choices.add(stream.choice());
    }
    return Json.array(choices);
  }

  /** The {@code data} of an embedding response. */
  public static Json.Arr embeddings(EmbeddingRequest request, List<float[]> vectors) {
    List<Json> data = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      data.add(
          Json.object()
              .put("object", "embedding")
              .put("index", i)
              .put("embedding", request.base64() ? base64(vectors.get(i)) : numbers(vectors.get(i)))
              .build());
    }
    return Json.array(data);
  }

  private static Json base64(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float element : vector) {
      bytes.putFloat(element);
    }
    return Json.of(Base64.getEncoder().encodeToString(bytes.array()));
  }

  private static Json numbers(float[] vector) {
    List<Json> numbers = new ArrayList<>(vector.length);
    for (float element : vector) {
      numbers.add(number(element));
    }
    return Json.array(numbers);
  }

  /** A binary32 value in its shortest decimal form. */
  static Json number(float value) {
    return Json.of(Double.parseDouble(Float.toString(value)));
  }
}
