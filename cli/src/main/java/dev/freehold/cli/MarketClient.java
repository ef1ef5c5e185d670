// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.KeyFileException;
import dev.freehold.node.ConfigurationFile;
import dev.freehold.node.HomeMarket;
import dev.freehold.node.fleet.OwnerAnswers.Answer;
import dev.freehold.record.Json;
import java.io.IOException;
import java.util.List;

/** Asks the market of a home: the node that runs on it, or the home itself where none does. */
final class MarketClient {
  private final Places places;

  MarketClient(Places places) {
    this.places = places;
  }

  /** Sends one request; a refusal is a {@link Verb.Failure} with the reason. */
  Json.Obj ask(String verb, Json.Obj request)
      throws IOException, InterruptedException, KeyFileException, Verb.Failure {
    if (Endpoint.find(places.home()).isPresent()) {
      return new OwnerClient(places).ask(verb, request);
    }
    try (HomeMarket home =
        HomeMarket.open(
            ConfigurationFile.read(places.home(), places.cache()), Passphrases.of(places))) {
      return switch (home.answer(verb, request).orElseThrow()) {
        case Answer.Done(Json.Obj told) -> told;
        case Answer.Refused(String why) -> throw new Verb.Failure(why);
      };
    }
  }

  /** The objects of an array. */
  static List<Json.Obj> objects(Json.Obj from, String name) {
    return from.get(name).orElse(Json.Null.VALUE) instanceof Json.Arr all
        ? all.items().stream().filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast).toList()
        : List.of();
  }
}
