// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.node.fleet.OwnerAnswers;
import dev.freehold.node.fleet.OwnerAnswers.Answer;
import dev.freehold.node.market.MarketAnswers;
import dev.freehold.record.Json;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** What the owner's verbs ask of the running node: POST, with the owner's token. */
public final class OwnerEndpoints {
  static final String PREFIX = "/owner/";
  private static final int LIMIT = 16 << 10;

  private static final String NO_MARKET =
      "no chain is configured: write 'chain = URL', 'chain-id = NUMBER' and 'coin = ADDRESS' into"
          + " FREEHOLD_HOME/config and start the node again";

  private final OwnerAnswers answers;
  private final Optional<MarketAnswers> market;

  /**
   * For this node's fleet.
   *
   * @param market for what it buys and sells; empty where it does neither
   */
  public OwnerEndpoints(OwnerAnswers answers, Optional<MarketAnswers> market) {
    this.answers = answers;
    this.market = market;
  }

  void answer(Exchange exchange, String verb) {
    try {
      Answer answer =
          answer(verb, exchange.body(LIMIT).json())
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

  private Optional<Answer> answer(String verb, Json request)
      throws IOException, InterruptedException {
    if (!MarketAnswers.has(verb)) {
      return answers.answer(verb, request);
    }
    return market.isPresent()
        ? market.get().answer(verb, request)
        : Optional.of(new Answer.Refused(NO_MARKET));
  }
}
