// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.node.Node;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code src/test/node/conformance.mjs} checks, one test for each of its lines. Skipped, with
 * the reason, where Node.js, npm, the registry or the model is missing.
 */
class OpenAiClientTest {
  private static final String MODEL = "smollm2-135m-instruct";
  private static final Digest DIGEST =
      Digest.ofHex("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53");
  private static final String KEY = "a-key-for-the-conformance-test";

  @TempDir private static Path folder = Path.of("");
  private static final List<Node> NODES = new ArrayList<>();

  @AfterAll
  static void stop() {
    NODES.forEach(Node::close);
  }

  @TestFactory
  Stream<DynamicTest> theClientFindsWhatItExpects() throws IOException, InterruptedException {
    Path cache =
        Optional.ofNullable(System.getenv("FREEHOLD_CACHE"))
            .map(Path::of)
            .orElse(Path.of(System.getProperty("user.home"), ".cache", "freehold"));
    Path model = cache.resolve("models").resolve(DIGEST.hex() + ".gguf");
    assumeTrue(Files.exists(model), "skipped: the model is not here: " + model);
    Path client = install();
    NodeConfiguration plain =
        NodeConfiguration.defaults(folder.resolve("plain"), cache)
            .withPort(0)
            .withModels(List.of(new ServedModel(MODEL, model, DIGEST)));
    Path keys = Files.writeString(folder.resolve("keys"), KEY + "\n");
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
    Map<String, String> environment =
        Map.of(
            "BASE_URL", start(plain),
            "GUARDED_URL", start(with(plain, "guarded").withApiKeys(keys)),
            "NARROW_URL", start(with(plain, "narrow").withMaxConcurrent(1).withQueueLimit(0)),
            "GUARDED_KEY", KEY,
            "MODEL", MODEL);
    List<String> lines = run(client, environment, "node", "conformance.mjs");
    assertThat(lines).hasSizeGreaterThan(15);
    return lines.stream().map(OpenAiClientTest::test);
  }

  private static DynamicTest test(String line) {
    String name = line.replaceFirst("^(not )?ok ", "").replaceFirst("(?<=[a-z]): .*", "");
    return DynamicTest.dynamicTest(name, () -> assertThat(line).startsWith("ok "));
  }

  private static NodeConfiguration with(NodeConfiguration plain, String home) {
    return NodeConfiguration.defaults(folder.resolve(home), plain.cache())
        .withHost(plain.host())
        .withPort(0)
        .withModels(plain.models())
        .withThreads(plain.threads())
        .withKernel(plain.kernel())
        .withMaxConcurrent(plain.maxConcurrent())
        .withQueueLimit(plain.queueLimit())
        .withMemoryBytes(plain.memoryBytes())
        .withArrival(plain.arrival())
        .withDrain(plain.drain());
  }

  private static String start(NodeConfiguration configuration) throws InterruptedException {
    Node node = Node.start(configuration);
    NODES.add(node);
    node.awaitModels();
    return "http://127.0.0.1:" + node.port() + "/v1";
  }

  /** Installs the client exactly as the lock file says. */
  private static Path install() throws IOException, InterruptedException {
    Path client = Files.createDirectory(folder.resolve("client"));
    try (Stream<Path> files = Files.list(Path.of("src", "test", "node"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, client.resolve(String.valueOf(file.getFileName())));
      }
    }
    try {
      Process npm =
          new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
              .directory(client.toFile())
              .redirectErrorStream(true)
              .redirectOutput(client.resolve("npm.log").toFile())
              .start();
      boolean done = npm.waitFor(120, TimeUnit.SECONDS);
      assumeTrue(
          done && npm.exitValue() == 0,
          () -> "skipped: npm can't install the client: " + read(client.resolve("npm.log")));
    } catch (IOException e) {
      assumeTrue(false, "skipped: there is no npm here: " + e.getMessage());
    }
    return client;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static List<String> run(
      Path directory, Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().putAll(environment);
    builder.redirectError(directory.resolve("errors.log").toFile());
    Process process = builder.start();
    List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
    process.waitFor();
    assertThat(lines).as(() -> read(directory.resolve("errors.log"))).isNotEmpty();
    return lines;
  }
}
