// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import dev.freehold.record.Json;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One request and its answer. Owned by the connection's thread. */
final class Exchange {
  private static final int BODY_LIMIT = 16 << 20;

  private final ServerRequest request;
  private final ServerResponse response;

  Exchange(ServerRequest request, ServerResponse response) {
    this.request = request;
    this.response = response;
  }

  String method() {
    return request.prologue().method().text();
  }

  String path() {
    return request.path().path();
  }

  /**
   * What a header says.
   *
   * @throws Refusal if the request has it more than once: none of its values counts
   */
  Optional<String> header(String name) {
    List<String> values = request.headers().all(HeaderNames.create(name), List::of);
    if (values.size() > 1) {
      throw Refusal.invalid(
          400,
          "the header %s stands in the request %d times; send it once"
              .formatted(name, values.size()),
          "repeated_header");
    }
    return values.stream().findFirst();
  }

  byte[] body() {
    try (InputStream in = request.content().inputStream()) {
      byte[] bytes = in.readNBytes(BODY_LIMIT + 1);
      if (bytes.length > BODY_LIMIT) {
        throw Refusal.invalid(
            413, "the request's body is larger than " + BODY_LIMIT + " bytes", "body_too_large");
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void json(int status, Json body, Map<String, String> headers) {
    bytes(status, "application/json", body.write().getBytes(StandardCharsets.UTF_8), headers);
  }

  void bytes(int status, String type, byte[] body, Map<String, String> headers) {
    begin(status, type, headers);
    try {
      response.send(body);
    } catch (RuntimeException e) {
      throw new UncheckedIOException(new IOException("the client is gone", e));
    }
  }

  /** Begins an answer whose bytes come one by one. */
  OutputStream stream(int status, String type, Map<String, String> headers) {
    begin(status, type, headers);
    return response.outputStream();
  }

  private void begin(int status, String type, Map<String, String> headers) {
    response.status(Status.create(status));
    response.headers().set(HeaderValues.create(HeaderNames.CONTENT_TYPE, type));
    response.headers().set(HeaderValues.create("X-Content-Type-Options", "nosniff"));
    headers.forEach((name, value) -> response.headers().set(HeaderValues.create(name, value)));
  }
}
