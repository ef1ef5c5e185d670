// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Speaks to a node's OpenAI API as any client would. */
final class ApiClient implements AutoCloseable {
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI base;
  private final @Nullable String key;

  ApiClient(URI base, @Nullable String key) {
    this.base = base;
    this.key = key;
  }

  /**
   * What came of a question.
   *
   * @param text the whole answer
   * @param receipt the id of its receipt; empty where it has none, since another engine wrote it
   * @param promptTokens tokens of the prompt
   * @param outputTokens tokens of the answer
   * @param firstSeconds from sending to the first piece of the answer
   * @param seconds from sending to the end
   * @param ranBy the node that made it
   * @param paid what it cost; empty where it was not bought
   */
  record Answer(
      String text,
      String receipt,
      long promptTokens,
      long outputTokens,
      double firstSeconds,
      double seconds,
      String ranBy,
      String paid) {
    /** True where nothing about it is proven. */
    boolean unproven() {
      return receipt.isEmpty();
    }

    /** Tokens a second once the first had come. */
    double tokensPerSecond() {
      return outputTokens < 2 ? 0 : (outputTokens - 1) / Math.max(1e-9, seconds - firstSeconds);
    }
  }

  /** Sends a chat request as a stream and hands each piece of text over as it comes. */
  Answer chat(Json.Obj request, Consumer<String> onText)
      throws IOException, InterruptedException, Verb.Failure {
    Json.Obj body =
        request
            .with("stream", Json.of(true))
            .with("stream_options", Json.object().put("include_usage", true).build());
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(base.resolve("/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.write()));
    if (key != null) {
      builder.header("Authorization", "Bearer " + key);
    }
    long start = System.nanoTime();
    HttpResponse<InputStream> response =
        client.send(builder.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream stream = response.body()) {
      if (response.statusCode() == 401) {
        throw new Verb.Failure(
            "the node asks for an API key: put one of its keys into FREEHOLD_API_KEY");
      }
      if (response.statusCode() != 200) {
        throw new Verb.Failure(
            "the node answers " + response.statusCode() + ": " + message(stream.readAllBytes()));
      }
      return read(stream, start, onText);
    }
  }

  private static Answer read(InputStream stream, long start, Consumer<String> onText)
      throws IOException, Verb.Failure {
    StringBuilder text = new StringBuilder();
    String receipt = "";
    String ranBy = "";
    String paid = "";
    long prompt = 0;
    long output = 0;
    double first = 0;
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.startsWith("data: ") || line.equals("data: [DONE]")) {
        continue;
      }
      Json.Obj event = object(Json.parse(line.substring("data: ".length())));
      Optional<Json> error = event.get("error");
      if (error.isPresent()) {
        throw new Verb.Failure("the answer broke off: " + string(error.get(), "message"));
      }
      Json delta = path(event, "choices", "delta");
      String piece = string(delta, "content");
      if (!piece.isEmpty()) {
        if (first == 0) {
          first = (System.nanoTime() - start) / 1e9;
        }
        text.append(piece);
        onText.accept(piece);
      }
      Json usage = event.get("usage").orElse(Json.Null.VALUE);
      prompt = Math.max(prompt, count(usage, "prompt_tokens"));
      output = Math.max(output, count(usage, "completion_tokens"));
      Json said = event.get("freehold").orElse(Json.Null.VALUE);
      if (said instanceof Json.Obj) {
        receipt = string(said, "receipt");
        ranBy = string(said, "ran_by");
        paid = string(said, "paid");
      }
    }
    return new Answer(
        text.toString(),
        receipt,
        prompt,
        output,
        first,
        (System.nanoTime() - start) / 1e9,
        ranBy,
        paid);
  }

  private static Json path(Json.Obj event, String array, String member) {
    if (event.get(array).orElse(Json.Null.VALUE) instanceof Json.Arr items
        && !items.items().isEmpty()
        && items.items().getFirst() instanceof Json.Obj first) {
      return first.get(member).orElse(Json.Null.VALUE);
    }
    return Json.Null.VALUE;
  }

  private static Json.Obj object(Json value) throws IOException {
    if (value instanceof Json.Obj object) {
      return object;
    }
    throw new IOException("the node sent an event that is not an object");
  }

  private static String string(Json value, String name) {
    return value instanceof Json.Obj object
            && object.get(name).orElse(Json.Null.VALUE) instanceof Json.Str text
        ? text.value()
        : "";
  }

  private static long count(Json value, String name) {
    return value instanceof Json.Obj object
            && object.get(name).orElse(Json.Null.VALUE) instanceof Json.Num number
        ? (long) number.value()
        : 0;
  }

  private static String message(byte[] body) {
    try {
      if (Json.parse(body) instanceof Json.Obj root) {
        return string(root.get("error").orElse(Json.Null.VALUE), "message");
      }
    } catch (JsonException e) {
      return new String(body, StandardCharsets.UTF_8);
    }
    return new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    client.close();
  }
}
