// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import dev.freehold.gateway.intercept.Permit;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** An OpenAI-compatible server at an address. Its key is held here, and agents never see it. */
public final class HttpUpstream implements Upstream, AutoCloseable {
  private final URI base;
  private final @Nullable String key;
  private final HttpClient client;

  /**
   * A server.
   *
   * @param base {@code http://127.0.0.1:8402}, for example, without {@code /v1}
   * @param keyOrNull its API key
   */
  public HttpUpstream(URI base, @Nullable String keyOrNull) {
    this.base = base;
    this.key = keyOrNull;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  @Override
  public String peer() {
    return base.getPort() < 0 ? base.getHost() : base.getHost() + ":" + base.getPort();
  }

  @Override
  public Reply post(String path, Permit permit) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(permit.take()))
            .build());
  }

  @Override
  public Reply get(String path) throws IOException, InterruptedException {
    return send(request(path).GET().build());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    return request;
  }

  private Reply send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    List<String> receipts = response.headers().allValues("Freehold-Receipt");
    // Of several nobody knows which is the answer's.
    Optional<String> receipt =
        receipts.stream().filter(r -> receipts.size() == 1 && r.matches("[!-~]{1,100}")).findAny();
    return new Reply(
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse("application/octet-stream"),
        receipt,
        response.body());
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
