// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * A client of a node on its own host: posts the body to the URL, and prints the answer's headers,
 * an empty line, and its lines as they come.
 */
@NullMarked
final class Caller {
  private Caller() {}

  public static void main(String[] words) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(words[0]))
              .POST(HttpRequest.BodyPublishers.ofString(words[1]))
              .header("Content-Type", "application/json")
              .build();
      HttpResponse<Stream<String>> answer =
          client.send(request, HttpResponse.BodyHandlers.ofLines());
      answer.headers().map().forEach((name, values) -> say(name + ": " + values.getFirst()));
      say("");
      answer.body().forEach(Caller::say);
    }
  }

  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
