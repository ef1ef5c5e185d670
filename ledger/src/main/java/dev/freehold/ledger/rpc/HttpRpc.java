// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.rpc;

import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** JSON-RPC 2.0 over HTTP. Answers have at most 8 MiB; redirections are not followed. */
public final class HttpRpc implements Rpc {
  private static final long LIMIT = 8 << 20;

  private final HttpClient client;
  private final URI address;
  private final Duration timeout;
  private final AtomicLong next = new AtomicLong();

  /**
   * Nothing is called yet.
   *
   * @param timeout from the request to the end of the answer
   * @throws IllegalArgumentException if the address is not one of http or https
   */
  public HttpRpc(HttpClient client, URI address, Duration timeout) {
    if (!"http".equals(address.getScheme()) && !"https".equals(address.getScheme())) {
      throw new IllegalArgumentException("a chain is called by http or https, not by " + address);
    }
    this.client = client;
    this.address = address;
    this.timeout = timeout;
  }

  @Override
  public Json call(String method, Json... parameters) throws RpcException {
    long id = next.incrementAndGet();
    Json.Obj request =
        Json.object()
            .put("jsonrpc", "2.0")
            .put("id", id)
            .put("method", method)
            .put("params", Json.array(parameters))
            .build();
    HttpResponse<byte[]> response = send(method, request);
    Json answer;
    try {
      answer = Json.parse(response.body());
    } catch (JsonException e) {
      throw unanswered(method, "HTTP status " + response.statusCode() + " without strict JSON", e);
    }
    return result(method, id, answer);
  }

  private HttpResponse<byte[]> send(String method, Json.Obj body) throws RpcException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.write()))
            .build();
    CompletableFuture<HttpResponse<byte[]>> sent =
        client.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), LIMIT));
    try {
      return sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw unanswered(
          method, "nothing within " + timeout.toMillis() / 1_000.0 + " s of " + server(), e);
    } catch (InterruptedException e) {
      sent.cancel(true);
      Thread.currentThread().interrupt();
      throw unanswered(method, "interrupted", e);
    } catch (ExecutionException e) {
      throw unanswered(method, broken(e.getCause()), e.getCause());
    }
  }

  /** What a person can do about it; providers put keys into the path, so it is not named. */
  private String broken(@Nullable Throwable cause) {
    if (cause instanceof ConnectException) {
      return "nobody listens at "
          + server()
          + ": start the chain's node there, or write the address of another into the"
          + " configuration";
    }
    String why = cause == null || cause.getMessage() == null ? "it broke off" : cause.getMessage();
    return "the connection to " + server() + " failed: " + why;
  }

  private String server() {
    return address.getScheme()
        + "://"
        + address.getHost()
        + (address.getPort() < 0 ? "" : ":" + address.getPort());
  }

  private static Json result(String method, long id, Json answer) throws RpcException {
    if (!(answer instanceof Json.Obj object)
        || !object.get("jsonrpc").equals(Optional.of(Json.of("2.0")))
        || !object.get("id").equals(Optional.of(Json.of(id)))) {
      throw unanswered(method, "not the answer of JSON-RPC 2.0 to this call", null);
    }
    Optional<Json> error = object.get("error");
    Optional<Json> result = object.get("result");
    if (error.isPresent() == result.isPresent()) {
      throw unanswered(method, "neither a result nor an error", null);
    }
    if (result.isPresent()) {
      return result.get();
    }
    if (error.get() instanceof Json.Obj reason
        && reason.get("message").orElse(null) instanceof Json.Str message) {
      byte[] data =
          reason.get("data").orElse(null) instanceof Json.Str text
              ? Hex.data(text.value()).orElse(new byte[0])
              : new byte[0];
      throw new RpcException.Refused(method, message.value(), data);
    }
    throw unanswered(method, "an error without a message", null);
  }

  private static RpcException.Unanswered unanswered(
      String method, String reason, @Nullable Throwable cause) {
    return new RpcException.Unanswered(method, reason, cause);
  }
}
