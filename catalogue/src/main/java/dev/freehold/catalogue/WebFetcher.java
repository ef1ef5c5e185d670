// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import dev.freehold.record.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a file over HTTP into a partial file, going on where an earlier try stopped (RFC 9110,
 * section 14), and gives up soon where nobody answers.
 */
final class WebFetcher {
  /** What a hub says of a file before it is fetched. */
  record Announced(Optional<Digest> digest, OptionalLong bytes) {}

  private final URI hub;
  private final Duration patience;
  private final Duration stall;

  /** Made when it is first needed, under this object's monitor: it costs a start 60 ms. */
  private @Nullable HttpClient client;

  /**
   * {@code hub} is the base address for {@code hf:} sources; {@code patience} is how long a first
   * answer may take, {@code stall} how long a transfer may stand still.
   */
  WebFetcher(URI hub, Duration patience, Duration stall) {
    this.hub = hub;
    this.patience = patience;
    this.stall = stall;
  }

  private synchronized HttpClient client() {
    HttpClient made = client;
    if (made == null) {
      made =
          HttpClient.newBuilder()
              .connectTimeout(patience)
              .followRedirects(HttpClient.Redirect.NORMAL)
              .build();
      client = made;
    }
    return made;
  }

  URI address(Source.Hub source) {
    return URI.create(
        hub
            + "/"
            + source.owner()
            + "/"
            + source.repository()
            + "/resolve/"
            + source.revision()
            + "/"
            + source.file());
  }

  /**
   * Asks the hub for the digest that it keeps for a file in its large-file store. The answer to be
   * read is the hub's own, not that of the store it redirects to.
   */
  Announced ask(Source.Hub source) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address(source))
            .timeout(patience)
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();
    try (HttpClient direct =
        HttpClient.newBuilder()
            .connectTimeout(patience)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build()) {
      HttpResponse<Void> answer = direct.send(request, HttpResponse.BodyHandlers.discarding());
      if (answer.statusCode() >= 400) {
        throw new IOException(
            "the hub answers " + answer.statusCode() + " for " + source + explain(answer));
      }
      Optional<Digest> digest =
          answer
              .headers()
              .firstValue("X-Linked-ETag")
              .map(tag -> tag.replace("\"", ""))
              .flatMap(
                  tag -> {
                    try {
                      return Optional.of(Digest.ofHex(tag));
                    } catch (IllegalArgumentException e) {
                      return Optional.empty();
                    }
                  });
      OptionalLong bytes = answer.headers().firstValueAsLong("X-Linked-Size");
      return new Announced(digest, bytes);
    }
  }

  /** Fetches into {@code part}, appending to what is there. */
  void fetch(URI address, Path part, Progress progress) throws IOException, InterruptedException {
    Files.createDirectories(part.toAbsolutePath().getParent());
    long have = Files.exists(part) ? Files.size(part) : 0;
    HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(patience);
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-");
    }
    HttpResponse<InputStream> answer =
        client().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = answer.body();
        StallGuard guard = new StallGuard(body, stall)) {
      int status = answer.statusCode();
      if (status == 416) {
        // Nothing lies past what is here: the digest decides whether that is the whole file.
        return;
      }
      if (status != 200 && status != 206) {
        throw new IOException("the server answers " + status + " for " + address + explain(answer));
      }
      boolean goesOn =
          status == 206
              && answer
                  .headers()
                  .firstValue("Content-Range")
                  .orElse("")
                  .startsWith("bytes " + have + "-");
      if (status == 206 && !goesOn) {
        throw new IOException("the server sends another range of " + address + " than was asked");
      }
      long done = goesOn ? have : 0;
      long length = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
      long total = length < 0 ? -1 : done + length;
      try (OutputStream out =
          goesOn
              ? Files.newOutputStream(part, StandardOpenOption.APPEND)
              : Files.newOutputStream(part)) {
        byte[] buffer = new byte[1 << 16];
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
          out.write(buffer, 0, n);
          done += n;
          guard.moved();
          progress.bytes(done, total);
        }
      } catch (IOException e) {
        throw guard.stalled()
            ? new IOException("nothing came for " + stall.toSeconds() + " seconds", e)
            : e;
      }
      if (total >= 0 && done < total) {
        throw new IOException("the connection ended after " + done + " of " + total + " bytes");
      }
    }
  }

  /**
   * The first bytes of a file, no more than {@code limit} of them, whatever the server sends.
   *
   * @param atMost how long it may take altogether
   */
  byte[] beginning(URI address, int limit, Duration atMost)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(patience)
            .header("Range", "bytes=0-" + (limit - 1))
            .build();
    HttpResponse<InputStream> answer =
        client().send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = answer.body();
        StallGuard guard = new StallGuard(body, stall)) {
      int status = answer.statusCode();
      String range = answer.headers().firstValue("Content-Range").orElse("");
      if (status != 200 && (status != 206 || !range.startsWith("bytes 0-"))) {
        throw new IOException("the server answers " + status + " for " + address + explain(answer));
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] buffer = new byte[1 << 16];
      while (bytes.size() < limit) {
        int n = body.read(buffer, 0, Math.min(buffer.length, limit - bytes.size()));
        if (n < 0) {
          break;
        }
        bytes.write(buffer, 0, n);
        guard.moved();
        if (System.nanoTime() > until) {
          throw new IOException(address + " is too slow");
        }
      }
      return bytes.toByteArray();
    }
  }

  private static String explain(HttpResponse<?> answer) {
    return switch (answer.statusCode()) {
      case 401, 403 -> " (it wants a login or an accepted licence)";
      case 404 -> " (no such file)";
      case 429 -> " (too many requests)";
      default -> "";
    };
  }
}
