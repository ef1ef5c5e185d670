// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.tokens;

import dev.freehold.engine.chat.AnswerStream;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.fleet.check.Words;
import dev.freehold.record.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes an answer's chunks of the tokens that are shown, as the machine that gives them has to.
 * Tokens are shown before the chunks that come of them; but what is shown next has all the words of
 * what was shown before it.
 */
final class OrderFollowing implements TokenCheck.Following {
  private static final class Made {
    private final AnswerStream stream;
    private final StringBuilder words = new StringBuilder();

    Made(AnswerStream stream) {
      this.stream = stream;
      add(stream.start());
    }

    private void add(List<Json.Obj> chunks) {
      chunks.forEach(chunk -> words.append(Words.of(chunk)));
    }
  }

  private final LoadedModel model;
  private final Request request;
  private final int choices;
  private final Map<Integer, Made> made = new HashMap<>();

  OrderFollowing(LoadedModel model, Request request, int choices) {
    this.model = model;
    this.request = request;
    this.choices = choices;
  }

  @Override
  public Optional<String> next(int choice, List<Integer> tokens, String text) {
    if (choice < 0 || choice >= choices) {
      return Optional.of(
          "it answers a choice %d, of %d that were asked for".formatted(choice, choices));
    }
    for (int token : tokens) {
      if (token >= model.configuration().vocabulary()) {
        return Optional.of("it shows a token %d, and the model has none".formatted(token));
      }
    }
    try {
      Made one =
          made.computeIfAbsent(choice, _ -> new Made(new AnswerStream(request, model, choice)));
      int before = one.words.length();
      for (int token : tokens) {
        one.add(one.stream.push(new GenerationEvent.Token(token, Float.NaN, List.of())));
      }
      String due = one.words.toString();
      boolean fits =
          text.length() >= before
              && (text.length() <= due.length() ? due.startsWith(text) : text.startsWith(due));
      return fits
          ? Optional.empty()
          : Optional.of(
              "choice %d: the tokens that it shows have another text than it gives"
                  .formatted(choice));
    } catch (RuntimeException e) {
      // What can't be followed is looked at when it is whole.
      return Optional.empty();
    }
  }
}
