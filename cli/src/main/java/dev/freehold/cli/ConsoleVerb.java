// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.node.owner.OwnerToken;
import dev.freehold.record.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;

/** {@code freehold console}. */
@Command(
    name = "console",
    description =
        "Print a link that opens the web console of this home's running node in a browser on this"
            + " machine. It works once, within fifteen minutes.")
final class ConsoleVerb extends Verb {
  @Override
  int run() throws Exception {
    Endpoint node =
        Endpoint.find(places.home())
            .orElseThrow(() -> new Failure("no node of this home is running: 'freehold up' first"));
    OwnerToken token =
        OwnerToken.read(places.home())
            .orElseThrow(
                () -> new Failure("there is no token in " + places.home() + ": start the node"));
    HttpRequest request =
        HttpRequest.newBuilder(node.base().resolve("/console/link"))
            .header("Authorization", token.authorization())
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> answer;
    try (HttpClient client = HttpClient.newHttpClient()) {
      answer = client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }
    if (answer.statusCode() == 404) {
      throw new Failure(
          "the node listens beyond loopback, where the console is not served: listen on 127.0.0.1"
              + " and bring the port over with ssh -L");
    }
    if (answer.statusCode() != 200
        || !(Json.parse(answer.body()) instanceof Json.Obj body)
        || !(body.get("path").orElse(Json.Null.VALUE) instanceof Json.Str path)) {
      throw new Failure("the node answers " + answer.statusCode() + ": " + answer.body().strip());
    }
    String address = node.base().resolve(path.value()).toString();
    if (json) {
      screen.json(Json.object().put("console", address).build());
    } else {
      screen.line(address);
    }
    return OK;
  }
}
