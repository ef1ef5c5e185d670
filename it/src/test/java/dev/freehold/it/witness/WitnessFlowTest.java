// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.Pem;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.witness.Witness;
import dev.freehold.it.StartCache;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.testkit.LocalTimestampAuthority;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
 * Three witnesses, a node and a dishonest log, each a process of its own: an answer's proof gathers
 * its quorum and its stamps, a log that shows two histories is caught, and a witness that is killed
 * goes on where it was.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WitnessFlowTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final List<String> NAMES = List.of("w1", "w2", "w3");

  @TempDir private static Path folder = Path.of("");
  private final HttpClient client = HttpClient.newHttpClient();
  private final Path cache =
      Path.of(
          System.getenv()
              .getOrDefault(
                  "FREEHOLD_CACHE", System.getProperty("user.home") + "/.cache/freehold"));
  private final List<Process> started = new ArrayList<>();
  private final List<Process> witnesses = new ArrayList<>();
  private final List<String> urls = new ArrayList<>();
  private final List<HttpServer> authorities = new ArrayList<>();
  private String logKey = "";
  private String base = "";

  /** What a process printed, and how it ended. */
  private record Run(int exit, String out, String err) {}

  @BeforeAll
  void threeWitnessesRun() throws Exception {
    Path home = Files.createDirectories(folder.resolve("node"));
    SigningKey key = KeyFile.create(home.resolve("node.key"), new SecureRandom());
    logKey = NodeLog.verifierKey(key.nodeId()).toString();
    StringBuilder policy = new StringBuilder();
    policy.append("log ").append(logKey).append('\n');
    for (String name : NAMES) {
      Json.Obj ready = witness(name, 0);
      urls.add(text(ready, "url"));
      String vkey = ((Json.Str) ((Json.Arr) member(ready, "keys")).items().getFirst()).value();
      policy.append("witness %s %s %s\n".formatted(name, vkey, urls.getLast()));
    }
    policy.append("group three all w1 w2 w3\nquorum three\n");
    Files.writeString(folder.resolve("policy"), policy.toString());
  }

  @AfterAll
  void endWhatWasStarted() throws Exception {
    authorities.forEach(server -> server.stop(0));
    for (Process process : started) {
      process.destroy();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  @Test
  @Order(1)
  void aDishonestLogIsCaughtAndTheEvidenceVerifies() throws Exception {
    Path told = folder.resolve("told");
    List<String> words = new ArrayList<>(List.of(told.toString()));
    words.addAll(urls);
    Run run = finish(start("log", DishonestLog.class.getName(), words.toArray(new String[0])));
    assertThat(run.out().lines()).as(run.err()).containsExactly("200 200 200", "422 422 422");

    Path split = folder.resolve("w2/witness/split");
    Path evidence;
    try (Stream<Path> files = Files.list(split)) {
      evidence = files.findFirst().orElseThrow();
    }
    Run judged = verify(evidence);
    assertThat(judged.exit()).as(judged.out() + judged.err()).isZero();
    assertThat(judged.out())
        .containsPattern("equivocated +Valid")
        .contains(DishonestLog.KEY.nodeId().toString().substring(8));

    Path compared = folder.resolve("compared.json");
    Run compare =
        finish(
            cli(
                "node",
                "log",
                "compare",
                told.resolve("one").toString(),
                told.resolve("other").toString(),
                "-o",
                compared.toString()));
    assertThat(compare.exit()).isEqualTo(1);
    assertThat(compare.out()).startsWith("SPLIT VIEW");
    assertThat(verify(compared).exit()).isZero();

    String text = Files.readString(compared);
    Files.writeString(compared, text.replaceFirst("\\\\n5\\\\n", "\\\\n6\\\\n"));
    Run forged = verify(compared);
    assertThat(forged.exit()).as(forged.out()).isEqualTo(1);

    Run honest =
        finish(
            cli(
                "node",
                "log",
                "compare",
                told.resolve("one").toString(),
                urls.getFirst() + hash()));
    assertThat(honest.exit()).as(honest.out() + honest.err()).isZero();
  }

  private static String hash() {
    return Witness.hash(
        dev.freehold.evidence.note.Origin.of(NodeLog.keyName(DishonestLog.KEY.nodeId())));
  }

  @Test
  @Order(2)
  void anAnswersProofGathersItsQuorumAndItsStamps() throws Exception {
    assumeTrue(
        Files.exists(cache.resolve("models").resolve(SMOLLM2 + ".gguf")),
        "skipped: the default model is not in " + cache + " (freehold model pull)");
    Path times = folder.resolve("times");
    Files.writeString(times, authority("one") + authority("two") + "quorum 2\n");
    Files.writeString(
        folder.resolve("node/config"),
        "policy = %s\ntime-policy = %s\ntime-seconds = 2\n"
            .formatted(folder.resolve("policy"), times));
    Process up = cli("node", "up", "--port", "0", "--json", "--quiet");
    base = text(ready(up, "node"), "url");

    String receipt = ask();
    Path bundle = folder.resolve("bundle.json");
    String[] demands = {
      "--require",
      "signed,transcript,logged,witnessed,timestamped",
      "--policy",
      folder.resolve("policy").toString(),
      "--time-policy",
      times.toString()
    };
    // The authorities answer one after the other: the first stamp may be there before the second.
    until(
        () ->
            exported(receipt, bundle).contains("timestamps")
                && verify(bundle, demands).exit() == 0);
    Run valid = verify(bundle, demands);
    assertThat(valid.exit()).as(valid.out() + valid.err()).isZero();
    assertThat(valid.out())
        .containsPattern("witnessed +Valid .*w1 at .*w2 at .*w3 at ")
        .containsPattern("timestamped +Valid .*one at .*two at ");

    // Without one of the cosignatures that the policy demands nothing is Valid.
    String whole = Files.readString(bundle);
    Files.writeString(
        bundle, whole.replaceFirst("— freehold.internal/witness/[^ ]+ [^ ]+?\\\\n(?=\"|—)", ""));
    assertThat(Files.readString(bundle)).isNotEqualTo(whole);
    Run less = verify(bundle, demands);
    assertThat(less.exit()).as(less.out()).isEqualTo(2);
    assertThat(less.out()).contains("lacks cosignatures");

    Run status = finish(cli("node", "log", "status"));
    assertThat(status.out()).contains("witnesses within 60 s: no alarm").contains(logKey);
    assertThat(status.exit()).as(status.out()).isZero();
    HttpResponse<String> metrics =
        client.send(
            HttpRequest.newBuilder(URI.create(base).resolve("/metrics")).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(metrics.body()).contains("freehold_duty_missed{duty=\"witnesses\"} 0");
  }

  @Test
  @Order(3)
  void aWitnessThatIsKilledGoesOnWhereItWas() throws Exception {
    assumeTrue(!base.isEmpty(), "skipped: no node runs");
    SignedCheckpoint before = shown();
    witnesses.getFirst().destroyForcibly().waitFor();
    String receipt = ask();
    Thread.sleep(500);
    witness("w1", URI.create(urls.getFirst()).getPort());
    assertThat(shown()).isEqualTo(before);
    Path bundle = folder.resolve("later.json");
    until(
        () ->
            exported(receipt, bundle).contains("proof")
                && verify(
                            bundle,
                            "--require",
                            "logged,witnessed",
                            "--policy",
                            folder.resolve("policy").toString())
                        .exit()
                    == 0);
    SignedCheckpoint after = shown();
    assertThat(after.checkpoint().size()).isGreaterThan(before.checkpoint().size());
  }

  /** What the first witness has cosigned last of the node's log. */
  private SignedCheckpoint shown() throws Exception {
    String name = logKey.substring(0, logKey.indexOf('+'));
    HttpResponse<byte[]> response =
        client.send(
            HttpRequest.newBuilder(
                    URI.create(
                        urls.getFirst()
                            + Witness.hash(new dev.freehold.evidence.note.Origin(name))
                            + "/checkpoint"))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    return ((Parsed.Read<SignedCheckpoint>) SignedCheckpoint.parse(response.body())).value();
  }

  private String exported(String receipt, Path file) throws Exception {
    Run run = finish(cli("node", "receipt", "export", receipt, "--proof", "-o", file.toString()));
    return run.exit() == 0 ? Files.readString(file) : "";
  }

  private String ask() throws Exception {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create(base + "/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"smollm2-135m-instruct\",\"max_tokens\":4,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.headers().firstValue("Freehold-Receipt").orElseThrow();
  }

  /** An authority that answers on loopback, and its lines in the file of authorities. */
  private String authority(String name) throws Exception {
    LocalTimestampAuthority authority = new LocalTimestampAuthority(name);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] answer;
          try {
            answer =
                authority.answer(exchange.getRequestBody().readAllBytes(), Instant.now(), true);
          } catch (Exception e) {
            throw new IOException(e);
          }
          exchange.getResponseHeaders().set("Content-Type", "application/timestamp-reply");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    authorities.add(server);
    StringBuilder lines =
        new StringBuilder(
            "authority %s 2026-01-01 - http://127.0.0.1:%d/\n"
                .formatted(name, server.getAddress().getPort()));
    for (X509Certificate certificate : authority.certificates()) {
      lines.append(new Pem("CERTIFICATE", certificate.getEncoded()));
    }
    return lines.toString();
  }

  private Json.Obj witness(String name, int port) throws Exception {
    Process process =
        cli(
            name,
            "witness",
            "--json",
            "--port",
            Integer.toString(port),
            "--log",
            logKey,
            "--log",
            NodeLog.verifierKey(DishonestLog.KEY.nodeId()).toString());
    int place = NAMES.indexOf(name);
    if (place < witnesses.size()) {
      witnesses.set(place, process);
    } else {
      witnesses.add(process);
    }
    return ready(process, name);
  }

  /** The one line that a server prints once it serves. */
  private Json.Obj ready(Process process, String name) throws Exception {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    assertThat(line).as(() -> name + " printed nothing; " + err(process)).isNotNull();
    return (Json.Obj) Json.parse(line);
  }

  private Run verify(Path file, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of(file.toString()));
    words.addAll(List.of(more));
    return finish(start("node", "dev.freehold.verify.VerifyMain", words.toArray(new String[0])));
  }

  private Process cli(String home, String... words) throws IOException {
    return start(home, "dev.freehold.cli.Freehold", words);
  }

  private Process start(String home, String main, String... words) throws IOException {
    List<String> command = StartCache.command(main, words);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("FREEHOLD_HOME", folder.resolve(home).toString());
    builder.environment().put("FREEHOLD_CACHE", cache.toString());
    builder.redirectError(folder.resolve(started.size() + ".err").toFile());
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private Run finish(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    return new Run(exit, out, err(process));
  }

  private String err(Process process) {
    try {
      return Files.readString(folder.resolve(started.indexOf(process) + ".err"));
    } catch (IOException e) {
      return "no standard error: " + e.getMessage();
    }
  }

  private static void until(Callable<Boolean> holds) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (!holds.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it did not come about within 90 s");
      }
      Thread.sleep(100);
    }
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
