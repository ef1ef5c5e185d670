// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * By HTTP/1.1, without following redirects. Its client, which reads the system's certificates, is
 * made for the first message: most nodes send none. Safe for use by many threads.
 */
public final class HttpCourier implements Courier, AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration WHOLE = Duration.ofSeconds(10);
  private static final long LIMIT = 1 << 20;

  /** Null before the first message. Owned by this object's monitor. */
  private @Nullable HttpClient client;

  private boolean closed;

  @Override
  public Reply post(URI to, String type, byte[] body) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(to)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  @Override
  public Reply get(URI from) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(from).GET());
  }

  private Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        client()
            .send(
                request.timeout(WHOLE).build(),
                HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), LIMIT));
    return new Reply(response.statusCode(), response.body());
  }

  private synchronized HttpClient client() throws IOException {
    if (closed) {
      throw new IOException("the courier is closed");
    }
    HttpClient made = client;
    if (made == null) {
      made =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(CONNECT)
              .followRedirects(HttpClient.Redirect.NEVER)
              .build();
      client = made;
    }
    return made;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (client != null) {
      client.shutdownNow();
    }
  }
}
