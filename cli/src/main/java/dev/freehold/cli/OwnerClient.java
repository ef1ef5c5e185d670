// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.node.owner.OwnerToken;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Objects;

/** Asks the node that runs on this home what only its owner may. */
final class OwnerClient {
  private final Places places;

  OwnerClient(Places places) {
    this.places = places;
  }

  /** Sends one request; a refusal is a {@link Verb.Failure} with the node's words. */
  Json.Obj ask(String verb, Json.Obj request)
      throws IOException, InterruptedException, Verb.Failure {
    Endpoint running = Endpoint.find(places.home()).orElseThrow(OwnerClient::notRunning);
    OwnerToken token = OwnerToken.read(places.home()).orElseThrow(OwnerClient::notRunning);
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(running.base().resolve("/owner/" + verb))
                  .header("Content-Type", "application/json")
                  .header("Authorization", token.authorization())
                  .POST(HttpRequest.BodyPublishers.ofString(request.write()))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      Json.Obj answer = object(response.body());
      if (response.statusCode() != 200) {
        throw new Verb.Failure(
            answer.get("error").orElse(Json.Null.VALUE) instanceof Json.Obj error
                ? text(error, "message")
                : "the node answers " + response.statusCode());
      }
      return answer;
    }
  }

  private static Verb.Failure notRunning() {
    return new Verb.Failure("no node runs on this home: start it with 'freehold up'");
  }

  private static Json.Obj object(String body) throws Verb.Failure {
    try {
      if (Json.parse(body) instanceof Json.Obj object) {
        return object;
      }
    } catch (JsonException e) {
      throw new Verb.Failure("the node's answer is not JSON: " + e.getMessage());
    }
    throw new Verb.Failure("the node's answer is no object");
  }

  /** A member's text, without what would steer a terminal; "-" where there is none. */
  static String text(Json.Obj object, String name) {
    return switch (Objects.requireNonNull(object.get(name).orElse(Json.Null.VALUE))) {
      case Json.Str text -> Screen.withoutControls(text.value());
      case Json.Null _ -> "-";
      case Json other -> other.toString();
    };
  }
}
