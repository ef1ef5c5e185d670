// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
 * An agent behind a gateway, the gateway before a node with the real default model, each a process
 * of its own: a streamed answer is followed offline from the owner's mandate to the checkpoints.
 */
@NullMarked
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GatewayFlowTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final String SECRET = "Xanthippe";
  private static final Pattern RECEIPT = Pattern.compile("\"receipt\":\"(r-[0-9a-f]{20})\"");

  @TempDir private static Path folder = Path.of("");
  private final HttpClient client = HttpClient.newHttpClient();
  private Processes programs = new Processes(folder);
  private String node = "";
  private String gateway = "";
  private String owner = "";
  private String answer = "";
  private String receipt = "";
  private Path bundle = Path.of("");

  @BeforeAll
  void aNodeAndItsGatewayRun() throws Exception {
    // The folder is made after this object.
    programs = new Processes(folder);
    assumeTrue(
        Files.exists(programs.model(SMOLLM2)),
        "skipped: the default model is not in the cache (freehold model pull)");
    node = text(programs.serve("up", "--port", "0", "--json", "--quiet"), "url");
    String id = programs.cli("gateway", "--id").out().strip();
    String peer = "127.0.0.1:" + URI.create(node).getPort();
    Processes.Run signed =
        programs.cli(
            "mandate",
            "sign",
            mandate().toString(),
            "--json",
            "--holder",
            id,
            "--model",
            "smollm2-135m-instruct",
            "--peer",
            peer,
            "--answers",
            "5");
    assertThat(signed.exit()).as(signed.err()).isZero();
    owner = text((Json.Obj) Json.parse(signed.out()), "issuer");
    gateway = startGateway(List.of(), peer);
  }

  @AfterAll
  void endWhatWasStarted() {
    programs.close();
  }

  @Test
  @Order(1)
  void aStreamComesThroughTheGateway() throws Exception {
    HttpResponse<String> response = ask(true);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.body()).endsWith("data: [DONE]\n\n");
    answer = response.body();
    Matcher named = RECEIPT.matcher(answer);
    assertThat(named.find()).isTrue();
    receipt = named.group(1);
  }

  @Test
  @Order(2)
  void itsReceiptIsFollowedOfflineFromMandateToCheckpoint() throws Exception {
    bundle = folder.resolve("walk.json");
    Processes.Run export = null;
    // Both logs publish within a second.
    for (int i = 0; i < 20 && (export == null || export.exit() != 0); i++) {
      Thread.sleep(300);
      export = programs.cli("receipt", "export", receipt, "--authorised", "-o", bundle.toString());
    }
    assertThat(export).isNotNull();
    assertThat(export.exit()).as(export.err()).isZero();
    Processes.Run valid = programs.verify(bundle, "--owner", owner);
    assertThat(valid.exit()).as(valid.out() + valid.err()).isZero();
    for (String claim : List.of("signed", "transcript", "replayed", "logged", "authorised")) {
      assertThat(valid.out()).containsPattern(claim + " +Valid");
    }
    assertThat(read(bundle).entries().stream().map(e -> e.entry().kind().text()))
        .containsExactly("mandate", "request", "effect", "result", "receipt");
  }

  @Test
  @Order(3)
  void aMissingLinkAnotherOwnerOrAnotherActionIsSeen() throws Exception {
    Bundle whole = read(bundle);
    for (int left = 0; left < 4; left++) {
      List<ProvenEntry> entries = new ArrayList<>(whole.entries());
      entries.remove(left);
      Processes.Run run = programs.verify(written(entries, whole), "--owner", owner);
      assertThat(run.exit()).as(run.out()).isEqualTo(2);
      assertThat(run.out()).containsPattern("authorised +Undecidable");
    }
    String stranger = programs.cli("gateway", "--id").out().strip();
    Processes.Run run = programs.verify(bundle, "--owner", stranger);
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).contains("is no trusted owner");
  }

  @Test
  @Order(4)
  void promptAndAnswerAreNowhereButInTheOwnersTranscripts() throws Exception {
    String said = said(answer);
    assertThat(said).isNotBlank();
    List<Path> holding = holding(SECRET);
    holding.addAll(holding(said));
    assertThat(holding)
        .isNotEmpty()
        .allMatch(file -> String.valueOf(file.getFileName()).startsWith("receipts.db"));
  }

  @Test
  @Order(5)
  void whatTheMandateDoesNotAllowNeverReachesTheNode() throws Exception {
    HttpResponse<String> denied =
        client.send(
            HttpRequest.newBuilder(URI.create(gateway + "/effects"))
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"effect\":\"data_egress\",\"resource\":\"mail.example\",\"content\":1}"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(denied.statusCode()).isEqualTo(403);
    assertThat(denied.body()).contains("not_mandated");
  }

  @Test
  @Order(6)
  void theGatewaysLogIsReadAndCheckedByTheSameVerbs() throws Exception {
    Path log = programs.home().resolve("gateway/log");
    Processes.Run check = programs.cli("log", "check", log.toString());
    assertThat(check.out()).startsWith("Sound");
    Processes.Run tail = programs.cli("log", "tail", "--gateway", "-n", "20");
    assertThat(tail.out()).contains("mandate", "request", "effect", "result");
  }

  @Test
  @Order(7)
  void aVerdictIsSignedAndLogged() throws Exception {
    Processes.Run judged =
        programs.cli("receipt", "judge", bundle.toString(), "--option=--owner=" + owner);
    assertThat(judged.exit()).as(judged.out() + judged.err()).isZero();
    String tail = "";
    for (int i = 0; i < 20 && !tail.contains("verdict"); i++) {
      Thread.sleep(300);
      tail = programs.cli("log", "tail", "--json").out();
    }
    assertThat(tail)
        .contains("freehold-verdict/1")
        .contains("\"receipt\":\"" + receipt + "\"")
        .contains("\"authorised\":\"Valid\"");
  }

  @Test
  @Order(8)
  void whatTheOwnerForgetsIsNowhereAndTheReceiptStaysLogged() throws Exception {
    Processes.Run forgot = programs.cli("receipt", "forget", receipt);
    assertThat(forgot.exit()).as(forgot.err()).isZero();
    assertThat(holding(SECRET)).isEmpty();
    assertThat(holding(said(answer))).isEmpty();
    assertThat(programs.cli("receipt", "export", receipt, "-o", "x").err()).contains("forgotten");
    Path alone = folder.resolve("alone.json");
    Processes.Run export =
        programs.cli("receipt", "export", receipt, "--public", "--proof", "-o", alone.toString());
    assertThat(export.exit()).as(export.err()).isZero();
    assertThat(programs.verify(alone, "--require", "signed,logged").exit()).isZero();
    assertThat(programs.cli("log", "check").out()).startsWith("Sound");
  }

  @Test
  @Order(9)
  void anEndedLogTakesNothingMoreAndItsGatewayDoesNotStart() throws Exception {
    programs.endLast();
    Processes.Run ended = programs.cli("log", "end", "--gateway", "--for-good");
    assertThat(ended.exit()).as(ended.err()).isZero();
    assertThat(programs.cli("log", "tail", "--gateway", "-n", "1", "--json").out())
        .contains("freehold-end/1");
    Processes.Run again = programs.cli("gateway", "--port", "0");
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err()).contains("has ended");
    assertThat(programs.cli("log", "end", "--gateway", "--for-good").err()).contains("already");
  }

  /** Every file of the home in which a text stands. */
  private List<Path> holding(String text) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(programs.home())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
          found.add(file);
        }
      }
    }
    return found;
  }

  /** Words of a streamed answer, such as need no escape in JSON. */
  private static String said(String stream) {
    StringBuilder text = new StringBuilder();
    for (String line : stream.split("\n", -1)) {
      if (line.startsWith("data: {")) {
        Json.Obj event = (Json.Obj) Json.parse(line.substring(6));
        for (Json choice : ((Json.Arr) event.get("choices").orElseThrow()).items()) {
          Json delta = ((Json.Obj) choice).get("delta").orElse(Json.object().build());
          if (((Json.Obj) delta).get("content").orElse(Json.Null.VALUE) instanceof Json.Str said) {
            text.append(said.value());
          }
        }
      }
    }
    Matcher plain = Pattern.compile("[A-Za-z ,]{12,}").matcher(text);
    assertThat(plain.find()).as(text.toString()).isTrue();
    return plain.group();
  }

  private String startGateway(List<String> before, String peer) throws IOException {
    return text(
        programs.serve(
            before,
            "gateway",
            "--port",
            "0",
            "--json",
            "--upstream",
            "http://" + peer,
            "--mandate",
            mandate().toString()),
        "url");
  }

  private Path mandate() {
    return folder.resolve("mandate");
  }

  private HttpResponse<String> ask(boolean stream) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(gateway + "/chat/completions"))
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"model\":\"smollm2-135m-instruct\",\"max_tokens\":24,\"seed\":3,\"stream\":"
                        + stream
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"Who was "
                        + SECRET
                        + "?\"}]}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static Path written(List<ProvenEntry> entries, Bundle whole) throws IOException {
    return Files.write(
        folder.resolve("changed.json"),
        new Bundle(entries, List.of(), whole.transcript().orElseThrow()).encode());
  }

  private static Bundle read(Path file) throws IOException {
    return Bundle.decode(Files.readAllBytes(file))
        .orElse(
            reason -> {
              throw new AssertionError(reason);
            });
  }

  private static String text(Json.Obj object, String name) {
    return ((Json.Str) object.get(name).orElseThrow()).value();
  }
}
