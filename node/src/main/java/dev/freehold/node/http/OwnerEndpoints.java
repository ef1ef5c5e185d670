// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.node.fleet.OwnerAnswers;
import dev.freehold.node.fleet.OwnerAnswers.Answer;
import dev.freehold.record.Json;
import java.io.IOException;
import java.util.Map;

/** What the owner's verbs ask of the running node: POST, with the owner's token. */
public final class OwnerEndpoints {
  static final String PREFIX = "/owner/";
  private static final int LIMIT = 16 << 10;

  private final OwnerAnswers answers;

  /** For this node's fleet. */
  public OwnerEndpoints(OwnerAnswers answers) {
    this.answers = answers;
  }

  void answer(Exchange exchange, String verb) {
    try {
      Answer answer =
          answers
              .answer(verb, exchange.body(LIMIT).json())
              .orElseThrow(() -> new ApiException(ApiError.noSuchPath(exchange.path())));
      switch (answer) {
        case Answer.Done(Json.Obj told) -> exchange.json(200, told, Map.of());
        case Answer.Refused(String why) ->
            throw new ApiException(ApiError.badRequest(why, null, "refused"));
      }
    } catch (IOException e) {
      throw new ApiException(ApiError.failed(String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(ApiError.stopping());
    }
  }
}
