// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The walk as the README tells it, with the real default model: a node in a process of its own
 * answers, and a second process that shares nothing with it but the model's file checks the
 * receipt.
 */
@NullMarked
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FlowTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final String GEMMA =
      "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818";

  private final HttpClient client = HttpClient.newHttpClient();
  private final Path cache =
      Path.of(
          System.getenv()
              .getOrDefault(
                  "FREEHOLD_CACHE", System.getProperty("user.home") + "/.cache/freehold"));
  @TempDir private static Path folder = Path.of("");
  private final List<Process> started = new ArrayList<>();
  private String base = "";
  private Json.Obj ready = Json.object().build();

  /** What a process printed, and how it ended. */
  private record Run(int exit, String out, String err) {}

  @BeforeAll
  void aNodeServesAndHasAskedItself() throws Exception {
    assumeTrue(
        Files.exists(model(SMOLLM2)),
        "skipped: the default model is not in " + cache + " (freehold model pull)");
    Process up = start("dev.freehold.cli.Freehold", "up", "--port", "0", "--json");
    BufferedReader out =
        new BufferedReader(new InputStreamReader(up.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    assertThat(line).as(() -> "up printed no line; " + read(folder.resolve("0.err"))).isNotNull();
    ready = (Json.Obj) Json.parse(line);
    base = text(ready, "url");
  }

  @AfterAll
  void endWhatWasStarted() throws Exception {
    for (Process process : started) {
      process.destroy();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  @Test
  @Order(1)
  void upShowsAnAnswerWithAValidReceipt() {
    assertThat(text(ready, "answer")).isNotBlank();
    assertThat(text((Json.Obj) member(ready, "verification"), "verdict")).isEqualTo("Valid");
  }

  @Test
  @Order(2)
  void aStrangerReplaysAnAnswerAndEveryTamperingIsFound() throws Exception {
    Path file = answer("{\"role\":\"user\",\"content\":\"Name three colours.\"}", "\"seed\":11,");
    Run valid = verify(file);
    assertThat(valid.out()).contains("Valid");
    assertThat(valid.exit()).as(valid.out() + valid.err()).isZero();

    Json.Obj honest = (Json.Obj) Json.parse(Files.readAllBytes(file));
    for (Map.Entry<String, UnaryOperator<Json.Obj>> kind : tamperings().entrySet()) {
      Path bad = folder.resolve("bad.json");
      Files.write(bad, CanonicalJson.bytes(kind.getValue().apply(honest)));
      assertThat(Files.readAllBytes(bad)).as(kind.getKey()).isNotEqualTo(Files.readAllBytes(file));
      Run run = verify(bad);
      assertThat(run.exit()).as(kind.getKey() + ": " + run.out()).isEqualTo(1);
      assertThat(run.out()).as(kind.getKey()).contains("Invalid");
    }
  }

  @Test
  @Order(3)
  void aLiarWhoSignsAnewIsCaughtByTheReplay() throws Exception {
    Path file = answer("{\"role\":\"user\",\"content\":\"Count to five.\"}", "\"temperature\":0,");
    Transcript honest =
        ((Parsed.Read<Transcript>) Transcript.decode(Files.readAllBytes(file))).value();
    Statement said = honest.receipt().statement();
    SigningKey liar = SigningKey.generate(new SecureRandom());
    // The same answer under another key is a true statement of that key: only the expected signer
    // tells.
    assertThat(verify(file, "--node", said.node().toString()).exit()).isZero();
    assertThat(verify(file, "--node", liar.nodeId().toString()).exit()).isEqualTo(1);
  }

  @Test
  @Order(4)
  void aMissingModelIsUndecidableAndNamed() throws Exception {
    Path file = answer("{\"role\":\"user\",\"content\":\"Hi\"}", "");
    Run run =
        finish(
            start(
                Map.of("FREEHOLD_CACHE", folder.resolve("empty").toString()),
                "dev.freehold.verify.VerifyMain",
                file.toString()));
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).contains("Undecidable").contains(SMOLLM2);
  }

  @Test
  @Order(5)
  void anotherModelIsNotTheOneTheReceiptNames() throws Exception {
    assumeTrue(Files.exists(model(GEMMA)), "skipped: Gemma is not in " + cache);
    Path file = answer("{\"role\":\"user\",\"content\":\"Hi\"}", "");
    Run run = verify(file, "--model", model(GEMMA).toString());
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).contains(GEMMA).contains(SMOLLM2);
  }

  @Test
  @Order(6)
  void aReceiptAloneProvesTheSignatureOnly() throws Exception {
    String id = text(ready, "receipt");
    Path file = folder.resolve("public.json");
    assertThat(finish(cli("receipt", "export", id, "--public", "-o", file.toString())).exit())
        .isZero();
    assertThat(Files.readString(file)).doesNotContain("gravity");
    assertThat(((Parsed.Read<Receipt>) Receipt.decode(Files.readAllBytes(file))).value().signed())
        .isTrue();
    assertThat(verify(file).exit()).isEqualTo(2);
    assertThat(verify(file, "--require", "signed").exit()).isZero();
  }

  @Test
  @Order(7)
  void theLogHoldsEveryAnswerAndItsProofGoesAlong() throws Exception {
    String id = text(ready, "receipt");
    Path file = folder.resolve("bundle.json");
    assertThat(finish(cli("receipt", "export", id, "--proof", "-o", file.toString())).exit())
        .isZero();
    Run valid = verify(file);
    assertThat(valid.exit()).as(valid.out() + valid.err()).isZero();
    assertThat(valid.out()).containsPattern("logged +Valid");

    String text = Files.readString(file);
    Files.writeString(file, text.replace("\"sequence\":0", "\"sequence\":1"));
    Run moved = verify(file);
    assertThat(moved.exit()).isEqualTo(1);
    assertThat(moved.out()).contains("does not stand where its proof says");

    Run check = finish(cli("log", "check"));
    assertThat(check.out()).startsWith("Sound");
    assertThat(check.exit()).isZero();
    Path copy = folder.resolve("log");
    assertThat(finish(cli("log", "export", copy.toString())).exit()).isZero();
    Path tile = copy.resolve("tile/0/000.p");
    try (Stream<Path> widths = Files.list(tile)) {
      for (Path hashes : widths.toList()) {
        byte[] changed = Files.readAllBytes(hashes);
        changed[0] ^= 1;
        Files.write(hashes, changed);
      }
    }
    Run tampered = finish(cli("log", "check", copy.toString()));
    assertThat(tampered.exit()).isEqualTo(1);
    assertThat(tampered.err()).contains("tile/0/000");
  }

  @Test
  @Order(8)
  void aSecondNodeOnTheSameHomeIsRefused() throws Exception {
    Run run = finish(cli("up", "--port", "0", "--quiet"));
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains(Long.toString(started.getFirst().pid()));
  }

  @Test
  @Order(9)
  void theBaseModelWithKQuantsAnswersToo() throws Exception {
    assumeTrue(Files.exists(model(GEMMA)), "skipped: Gemma is not in " + cache);
    Path home = folder.resolve("gemma");
    Process up =
        start(
            Map.of("FREEHOLD_HOME", home.toString()),
            "dev.freehold.cli.Freehold",
            "up",
            "--port",
            "0",
            "--json",
            "--quiet",
            "-m",
            GEMMA);
    BufferedReader out =
        new BufferedReader(new InputStreamReader(up.getInputStream(), StandardCharsets.UTF_8));
    Json.Obj line = (Json.Obj) Json.parse(String.valueOf(out.readLine()));
    HttpResponse<String> response =
        post(
            text(line, "url") + "/completions",
            "{\"model\":\""
                + text(line, "model")
                + "\",\"prompt\":\"The capital of France is\",\"max_tokens\":8,\"temperature\":0}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    String id = response.headers().firstValue("Freehold-Receipt").orElseThrow();
    Path file = folder.resolve("gemma.json");
    assertThat(
            finish(
                    start(
                        Map.of("FREEHOLD_HOME", home.toString()),
                        "dev.freehold.cli.Freehold",
                        "receipt",
                        "export",
                        id,
                        "-o",
                        file.toString()))
                .exit())
        .isZero();
    Run run = verify(file);
    assertThat(run.exit()).as(run.out()).isZero();
  }

  /** Changes to a file of evidence, each of a kind that somebody could gain from. */
  private static Map<String, UnaryOperator<Json.Obj>> tamperings() {
    Map<String, UnaryOperator<Json.Obj>> kinds = new LinkedHashMap<>();
    for (String member :
        List.of("node", "nonce", "received", "finished", "signature", "tokenizer", "template")) {
      kinds.put(
          "receipt's " + member, f -> receipt(f, r -> r.with(member, other(member(r, member)))));
    }
    kinds.put("model", f -> receipt(f, r -> r.with("model", other(member(r, "model")))));
    kinds.put("parameters", f -> receipt(f, r -> r.with("sampling", other(member(r, "sampling")))));
    kinds.put("choices", f -> receipt(f, r -> r.with("choices", other(member(r, "choices")))));
    kinds.put(
        "request digest", f -> receipt(f, r -> r.with("request", other(member(r, "request")))));
    kinds.put(
        "response digest", f -> receipt(f, r -> r.with("response", other(member(r, "response")))));
    kinds.put(
        "prompt",
        f ->
            f.with(
                "request",
                Json.of(((Json.Str) member(f, "request")).value().replace("three", "seven"))));
    kinds.put(
        "seed",
        f ->
            f.with(
                "request", Json.of(((Json.Str) member(f, "request")).value().replace("11", "12"))));
    kinds.put("answer", f -> f.with("response", other(member(f, "response"))));
    kinds.put("salts", f -> f.with("salts", other(member(f, "salts"))));
    kinds.put("one output token", f -> f.with("outputs", tokens(f, List::removeLast, 17)));
    kinds.put("a token more", f -> f.with("outputs", tokens(f, _ -> {}, 17)));
    kinds.put("a token less", f -> f.with("outputs", tokens(f, List::removeLast, -1)));
    return kinds;
  }

  private static Json.Obj receipt(Json.Obj file, UnaryOperator<Json.Obj> change) {
    return file.with("receipt", change.apply((Json.Obj) member(file, "receipt")));
  }

  private static Json tokens(Json.Obj file, Consumer<List<Json>> change, int added) {
    Json.Arr outputs = (Json.Arr) member(file, "outputs");
    List<Json> tokens = new ArrayList<>(((Json.Arr) outputs.items().getFirst()).items());
    change.accept(tokens);
    if (added >= 0) {
      tokens.add(Json.of(added));
    }
    return Json.array(Json.array(tokens));
  }

  /** A value of the same form that says something else. */
  private static Json other(Json value) {
    return switch (value) {
      case Json.Str text -> Json.of(changed(text.value()));
      case Json.Num number -> Json.of((long) number.value() + 1);
      case Json.Bool bool -> Json.of(!bool.value());
      case Json.Null _ -> Json.of(1);
      case Json.Arr array -> {
        List<Json> items = new ArrayList<>(array.items());
        items.set(0, other(items.getFirst()));
        yield Json.array(items);
      }
      case Json.Obj object -> {
        Map.Entry<String, Json> last = List.copyOf(object.members().entrySet()).getLast();
        yield object.with(last.getKey(), other(last.getValue()));
      }
    };
  }

  private static String changed(String text) {
    int at = Math.max(0, text.length() - 3);
    if (text.isEmpty()) {
      return "x";
    }
    char c = text.charAt(at);
    return text.substring(0, at) + (c == '4' ? '5' : '4') + text.substring(at + 1);
  }

  private Path answer(String message, String more) throws Exception {
    HttpResponse<String> response =
        post(
            base + "/chat/completions",
            "{\"model\":\"smollm2-135m-instruct\","
                + more
                + "\"max_tokens\":24,\"messages\":["
                + message
                + "]}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    String id = response.headers().firstValue("Freehold-Receipt").orElseThrow();
    Path file = folder.resolve(id + ".json");
    Run export = finish(cli("receipt", "export", id, "-o", file.toString()));
    assertThat(export.exit()).as(export.err()).isZero();
    return file;
  }

  private HttpResponse<String> post(String url, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private Run verify(Path file, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of(file.toString()));
    words.addAll(List.of(more));
    return finish(start("dev.freehold.verify.VerifyMain", words.toArray(new String[0])));
  }

  private Process cli(String... words) throws IOException {
    return start("dev.freehold.cli.Freehold", words);
  }

  private Process start(String main, String... words) throws IOException {
    return start(Map.of(), main, words);
  }

  private Process start(Map<String, String> environment, String main, String... words)
      throws IOException {
    List<String> command = StartCache.command(main, words);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("FREEHOLD_HOME", folder.resolve("home").toString());
    builder.environment().put("FREEHOLD_CACHE", cache.toString());
    builder.environment().putAll(environment);
    builder.redirectError(folder.resolve(started.size() + ".err").toFile());
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private Run finish(Process process) throws Exception {
    int number = started.indexOf(process);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    return new Run(exit, out, read(folder.resolve(number + ".err")));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "no standard error: " + e.getMessage();
    }
  }

  private Path model(String hex) {
    return cache.resolve("models").resolve(hex + ".gguf");
  }

  private static Json member(Json.Obj object, String name) {
    return object
        .get(name)
        .orElseThrow(() -> new AssertionError("no member " + name + " in " + object));
  }

  private static String text(Json.Obj object, String name) {
    return ((Json.Str) member(object, name)).value();
  }
}
