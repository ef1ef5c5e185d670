// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One request and its answer. Owned by the connection's thread. */
final class Exchange {
  private static final long SKIPPED = 64L << 20;

  private final ServerRequest request;
  private final ServerResponse response;
  private final ClientLine line;
  private int status;
  private @Nullable RuntimeException broken;

  Exchange(ServerRequest request, ServerResponse response, ClientLine line) {
    this.request = request;
    this.response = response;
    this.line = line;
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
   * @throws ApiException if the request has it more than once: none of its values counts
   */
  Optional<String> header(String name) {
    List<String> values = request.headers().all(HeaderNames.create(name), List::of);
    if (values.size() > 1) {
      throw new ApiException(
          ApiError.badRequest(
              "the header %s stands in the request %d times; send it once"
                  .formatted(name, values.size()),
              name,
              "repeated_header"));
    }
    return values.stream().findFirst();
  }

  Optional<String> query(String name) {
    return request.query().first(name).asOptional();
  }

  boolean fromLoopback() {
    return request.remotePeer().address() instanceof InetSocketAddress peer
        && Optional.ofNullable(peer.getAddress()).map(InetAddress::isLoopbackAddress).orElse(false);
  }

  /** What broke the response after its status was sent, if anything did. */
  Optional<RuntimeException> broken() {
    return Optional.ofNullable(broken);
  }

  /** Notes what broke the response, which the client was told as far as it went. */
  void broke(RuntimeException failure) {
    broken = failure;
  }

  /** The status sent, 0 while none is. */
  int status() {
    return status;
  }

  /** True where client or answer said that nothing follows on this connection. */
  boolean last() {
    return says(request.headers().first(HeaderNames.CONNECTION), "close")
        || says(response.headers().first(HeaderNames.CONNECTION), "close");
  }

  private static boolean says(Optional<String> header, String word) {
    return header.isPresent() && header.get().toLowerCase(Locale.ROOT).contains(word);
  }

  /** A body as it came, and what it says. */
  record Body(String text, Json json) {}

  /**
   * The request's body, which has to be JSON.
   *
   * @throws ApiException if it is longer than {@code limit} bytes, of another type, or not JSON
   */
  Body body(int limit) {
    // curl -d says it sends a form; the strict reading of the body as JSON decides.
    String type = header("Content-Type").orElse("application/json");
    String bare = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!bare.equals("application/json") && !bare.equals("application/x-www-form-urlencoded")) {
      throw new ApiException(ApiError.unsupportedType(type));
    }
    OptionalLong declared = request.headers().contentLength();
    byte[] bytes;
    try (InputStream in = request.content().inputStream()) {
      if (declared.isPresent() && declared.getAsLong() > limit) {
        throw tooLarge(in, limit);
      }
      bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw tooLarge(in, limit);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      // The server's own exception for a body that ends too early.
      throw line.late()
          ? new ApiException(ApiError.tooSlow(line.arrival()))
          : e instanceof ApiException ? e : new UncheckedIOException(new IOException(e));
    }
    line.arrived();
    if (bytes.length == 0) {
      throw new ApiException(
          ApiError.badRequest("the request has no body; send a JSON object", null, "invalid_json"));
    }
    try {
      Json json = Json.parse(bytes);
      return new Body(new String(bytes, StandardCharsets.UTF_8), json);
    } catch (JsonException e) {
      throw new ApiException(
          ApiError.badRequest(
              "the request's body is not JSON: " + e.getMessage(), null, "invalid_json"));
    }
  }

  private static ApiException tooLarge(InputStream in, int limit) throws IOException {
    // Most clients read an answer only once they have sent everything, so some more is read and
    // thrown away; past that the connection is closed on them.
    in.skip(SKIPPED);
    return new ApiException(ApiError.tooLarge(limit).with("Connection", "close"));
  }

  /**
   * Runs {@code onGone}, on another thread, if the client leaves before {@link #unwatch}. Call it
   * once the body is read.
   */
  void watch(Runnable onGone) {
    line.watch(onGone);
  }

  /** The action given to {@link #watch} is no longer wanted. */
  void unwatch() {
    line.unwatch();
  }

  void json(int status, Json body, Map<String, String> headers) {
    bytes(status, "application/json", body.write().getBytes(StandardCharsets.UTF_8), headers);
  }

  /** Sends an error, unless an answer has begun. */
  void error(ApiError error) {
    if (status != 0) {
      return;
    }
    json(error.status(), error.toJson(), error.headers());
  }

  void bytes(int status, String type, byte[] body, Map<String, String> headers) {
    begin(status, type, headers);
    try {
      response.send(body);
    } catch (RuntimeException e) {
      // The server's own exceptions for a connection that is gone.
      throw new UncheckedIOException(new IOException("the client is gone", e));
    }
  }

  /** Begins a stream of server-sent events. */
  EventStream events(Map<String, String> headers) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("Cache-Control", "no-cache");
    all.put("X-Accel-Buffering", "no");
    begin(200, "text/event-stream; charset=utf-8", all);
    return new EventStream(response.outputStream());
  }

  private void begin(int status, String type, Map<String, String> headers) {
    this.status = status;
    response.status(Status.create(status));
    response.headers().set(HeaderValues.create(HeaderNames.CONTENT_TYPE, type));
    response.headers().set(HeaderValues.create("X-Content-Type-Options", "nosniff"));
    headers.forEach((name, value) -> response.headers().set(HeaderValues.create(name, value)));
  }
}
