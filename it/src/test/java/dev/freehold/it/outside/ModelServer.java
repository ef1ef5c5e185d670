// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.outside;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.record.Json;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Somebody else's model server, serving {@code smol} on this machine alone until it is closed. */
final class ModelServer implements AutoCloseable {
  /** What it calls its model. */
  static final String MODEL = "smol";

  /** Asked to change to HTTP/2, uvicorn below vLLM loses the request's body. */
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static final long PATIENCE_NANOSECONDS = 240_000_000_000L;

  private final Process process;
  private final Path log;
  private final String address;

  /** What was answered, all of it. */
  record Answer(int status, Map<String, List<String>> headers, String body) {
    Json.Obj json() {
      return (Json.Obj) Json.parse(body);
    }
  }

  private ModelServer(Path folder, int port, Map<String, String> environment, List<String> command)
      throws IOException {
    this.log = folder.resolve("server.log");
    this.address = "http://127.0.0.1:" + port + "/v1";
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    this.process =
        builder
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
  }

  /**
   * vLLM from the path, with the model in the folder that {@code FREEHOLD_VLLM_MODEL} names (as
   * safetensors); the test is skipped where one of them is missing.
   */
  static ModelServer vllm(Path folder) throws Exception {
    Path program = program("vllm");
    String model = System.getenv("FREEHOLD_VLLM_MODEL");
    assumeTrue(model != null, "skipped: FREEHOLD_VLLM_MODEL names no folder of a model");
    int port = freePort();
    ModelServer server =
        new ModelServer(
            folder,
            port,
            Map.of(
                "HF_HUB_OFFLINE",
                "1",
                "VLLM_NO_USAGE_STATS",
                "1",
                "VLLM_CPU_KVCACHE_SPACE",
                "1",
                "VLLM_CPU_OMP_THREADS_BIND",
                "nobind",
                "OMP_NUM_THREADS",
                "1"),
            List.of(
                program.toString(),
                "serve",
                model,
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--served-model-name",
                MODEL,
                "--max-model-len",
                "2048",
                "--max-num-seqs",
                "2",
                "--enforce-eager",
                "--enable-auto-tool-choice",
                "--tool-call-parser",
                "hermes"));
    return server.ready();
  }

  /** Ollama from the path, with a model of the cache; the test is skipped where it is missing. */
  static ModelServer ollama(Path folder, Path model) throws Exception {
    Path program = program("ollama");
    int port = freePort();
    Map<String, String> environment =
        Map.of(
            "HOME",
            folder.toString(),
            "OLLAMA_HOST",
            "127.0.0.1:" + port,
            "OLLAMA_MODELS",
            folder.resolve("models").toString(),
            "OLLAMA_CONTEXT_LENGTH",
            "2048");
    ModelServer server =
        new ModelServer(folder, port, environment, List.of(program.toString(), "serve"));
    try {
      server.answers();
      Path description = Files.writeString(folder.resolve("Modelfile"), "FROM " + model + "\n");
      ProcessBuilder create =
          new ProcessBuilder(program.toString(), "create", MODEL, "--file", description.toString());
      create.environment().putAll(environment);
      create
          .redirectErrorStream(true)
          .redirectOutput(folder.resolve("create.log").toFile())
          .start()
          .waitFor();
      return server.ready();
    } catch (Exception | Error e) {
      server.close();
      throw e;
    }
  }

  private static Path program(String name) {
    Optional<Path> found =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(found.isPresent(), "skipped: no " + name + " on the path");
    return found.orElseThrow();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void answers() throws Exception {
    long end = System.nanoTime() + PATIENCE_NANOSECONDS;
    while (true) {
      try {
        HTTP.send(
            HttpRequest.newBuilder(URI.create(address + "/models")).build(),
            HttpResponse.BodyHandlers.discarding());
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw new AssertionError("it does not serve: " + Files.readString(log), e);
        }
        Thread.sleep(100);
      }
    }
  }

  /** Waits until its model answers. */
  private ModelServer ready() throws Exception {
    try {
      answers();
      Answer first =
          post(
              address + "/completions",
              "{\"model\":\"" + MODEL + "\",\"prompt\":\"a\",\"max_tokens\":1}");
      if (first.status() != 200) {
        throw new AssertionError("its model does not answer: " + first + Files.readString(log));
      }
      return this;
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  /** Its base address, which ends with {@code /v1}. */
  String address() {
    return address;
  }

  static Answer post(String url, String body) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HTTP.send(request(url, body), HttpResponse.BodyHandlers.ofString());
    return new Answer(answer.statusCode(), answer.headers().map(), answer.body());
  }

  /** The lines of an answer, as they come. */
  static Stream<String> lines(String url, String body) throws IOException, InterruptedException {
    return HTTP.send(request(url, body), HttpResponse.BodyHandlers.ofLines()).body();
  }

  private static HttpRequest request(String url, String body) {
    return HttpRequest.newBuilder(URI.create(url))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  /** Ends it at once, with what it started, as a machine's fault does. */
  void kill() throws InterruptedException {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    process.waitFor();
  }

  @Override
  public void close() {
    List<ProcessHandle> below = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    below.forEach(ProcessHandle::destroyForcibly);
  }
}
