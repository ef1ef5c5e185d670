// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufWriter;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Heads over real HTTP on loopback, from servers that are honest and others. */
@NullMarked
@Timeout(60)
class HeadFetcherTest {
  @TempDir private Path folder = Path.of("");
  private final HttpServer server;
  private final List<String> ranges = new ArrayList<>();
  private final AtomicLong sent = new AtomicLong();
  private byte[] file = new byte[0];
  private byte[] head = new byte[0];
  private Digest digest = Digest.sha256("none");
  private ModelStore store = new ModelStore(folder, InstantSource.system());

  HeadFetcherTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  private byte[] model(String name, String token) throws IOException {
    Path path = folder.resolve(name);
    new GgufWriter()
        .put("general.architecture", "llama")
        .put("tokenizer.ggml.tokens", List.of("a", token))
        .write(path);
    byte[] bytes = Files.readAllBytes(path);
    // Tensors: a count that says so, and what looks like their descriptions and weights.
    bytes = Arrays.copyOf(bytes, bytes.length + 200_000);
    bytes[8] = 7;
    Arrays.fill(bytes, bytes.length - 200_000, bytes.length, (byte) 'w');
    return bytes;
  }

  @BeforeEach
  void serve() throws IOException {
    store = new ModelStore(folder.resolve("cache"), InstantSource.system());
    file = model("mine.gguf", "b");
    digest = Digest.sha256(file);
    try (Gguf whole = Gguf.open(folder.resolve("mine.gguf"))) {
      head = whole.head();
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            ranges.add(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
            answer(exchange);
          } catch (IOException e) {
            // Whoever asked has heard enough.
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException, InterruptedException {
    String path = exchange.getRequestURI().getPath();
    switch (path) {
      case "/honest" -> {
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes 0-" + (file.length - 1) + "/" + file.length);
        write(exchange, 206, file);
      }
      case "/whole" -> write(exchange, 200, file);
      case "/other-range" -> {
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes 5-" + (file.length + 4) + "/" + (file.length + 5));
        write(exchange, 206, file);
      }
      case "/other-head" -> write(exchange, 200, model("other.gguf", "c"));
      case "/garbage" -> write(exchange, 200, "GGUF, but not really at all".getBytes(UTF_8));
      case "/short" -> write(exchange, 200, Arrays.copyOf(file, head.length - 1));
      case "/empty" -> write(exchange, 200, new byte[0]);
      case "/endless" -> endless(exchange, 1 << 16, 0);
      case "/trickle" -> endless(exchange, 1, 20);
      case "/stalls" -> {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(Arrays.copyOf(file, 20));
        exchange.getResponseBody().flush();
        Thread.sleep(Duration.ofSeconds(20));
      }
      default -> exchange.sendResponseHeaders(404, -1);
    }
  }

  private static void write(HttpExchange exchange, int status, byte[] bytes) throws IOException {
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void endless(HttpExchange exchange, int piece, int pause)
      throws IOException, InterruptedException {
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    out.write(Arrays.copyOf(file, head.length - 10));
    while (true) {
      out.write(new byte[piece]);
      out.flush();
      sent.addAndGet(piece);
      Thread.sleep(pause);
    }
  }

  private boolean fetched(String... paths) throws InterruptedException {
    return fetched(Duration.ofSeconds(1), Duration.ofSeconds(30), paths);
  }

  private boolean fetched(Duration stall, Duration atMost, String... paths)
      throws InterruptedException {
    List<Source> sources = new ArrayList<>();
    for (String path : paths) {
      sources.add(Source.parse("http://127.0.0.1:" + server.getAddress().getPort() + path));
    }
    ModelEntry entry =
        new ModelEntry(
            "mine",
            "Mine",
            digest,
            file.length,
            "none",
            "llama",
            1,
            1,
            1,
            false,
            new ModelEntry.Text(Digest.sha256(head), Digest.sha256("t"), Optional.empty()),
            sources);
    return new HeadFetcher(store, new Catalogue("mine", List.of(entry)), Map.of(), stall, atMost)
        .fetch(digest);
  }

  private void assertRefused(String path) throws Exception {
    assertRefused(path, Duration.ofSeconds(30));
  }

  private void assertRefused(String path, Duration atMost) throws Exception {
    assertThat(fetched(Duration.ofSeconds(1), atMost, path)).as(path).isFalse();
    assertThat(store.head(digest)).as(path).isEmpty();
    assertThat(ranges).as(path).isNotEmpty();
    ranges.clear();
  }

  @Test
  void aHeadComesByTheFirstBytesOfTheFile() throws Exception {
    assertThat(fetched("/honest")).isTrue();
    assertThat(ranges).containsExactly("bytes=0-" + (HeadFetcher.LIMIT - 1));
    assertThat(Files.readAllBytes(store.head(digest).orElseThrow())).isEqualTo(head);
    assertThat(store.find(digest)).as("the model itself").isEmpty();
  }

  @Test
  void aServerThatKnowsNoRangesWillDo() throws Exception {
    assertThat(fetched("/whole")).isTrue();
    assertThat(Files.readAllBytes(store.head(digest).orElseThrow())).isEqualTo(head);
  }

  @Test
  void whatIsNotTheHeadThatTheCatalogueNamesIsNotKept() throws Exception {
    for (String path :
        List.of("/other-head", "/other-range", "/garbage", "/short", "/empty", "/missing")) {
      assertRefused(path);
    }
  }

  @Test
  void whoSendsWithoutEndIsHeardNoFurtherThanTheLimit() throws Exception {
    assertRefused("/endless");
    // What was on its way in the sockets' buffers comes on top.
    assertThat(sent.get()).isLessThan(2L * HeadFetcher.LIMIT);
  }

  @Test
  void whoStallsOrTricklesIsNotWaitedFor() throws Exception {
    long begun = System.nanoTime();
    assertRefused("/stalls");
    assertRefused("/trickle", Duration.ofSeconds(1));
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
  }

  @Test
  void afterLiarsTheNextSourceIsAsked() throws Exception {
    assertThat(fetched("/other-head", "/stalls", "/missing", "/honest")).isTrue();
    assertThat(Files.readAllBytes(store.head(digest).orElseThrow())).isEqualTo(head);
  }

  @Test
  void forAModelThatTheCatalogueDoesNotKnowNobodyIsAsked() throws Exception {
    Digest unknown = Digest.sha256("unknown");
    assertThat(fetched("/honest")).isTrue();
    ranges.clear();
    HeadFetcher shipped = new HeadFetcher(store, Catalogue.shipped(), Map.of());
    assertThat(shipped.fetch(unknown)).isFalse();
    assertThat(store.head(unknown)).isEmpty();
  }
}
