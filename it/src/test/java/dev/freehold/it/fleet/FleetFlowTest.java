// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import static dev.freehold.it.Processes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.Processes;
import dev.freehold.it.Processes.Run;
import dev.freehold.record.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A relay and four nodes, each a process on a host of its own that reaches the relay's host and no
 * other: one asks, two answer, one of them is killed in the middle, and one lies.
 */
@NullMarked
@Timeout(300)
class FleetFlowTest {
  private static final String MODEL = "smollm2-135m-instruct";
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final String LONG =
      "{\"model\":\"smollm2-135m-instruct\",\"messages\":[{\"role\":\"user\",\"content\":"
          + "\"Tell me a long story.\"}],\"max_tokens\":400,\"temperature\":0.8,\"seed\":11,"
          + "\"ignore_eos\":true,\"stream\":true}";

  @TempDir private Path folder = Path.of("");

  private Processes machine(String name, List<String> before, String configuration)
      throws IOException {
    return Processes.machine(folder, name, before, configuration);
  }

  private static String invite(Processes machine) throws Exception {
    return text(machine.cli("invite", "--json").json(), "invite");
  }

  @Test
  void aFleetBehindOneRelayAnswersAsOneMachine() throws Exception {
    try (Hosts hosts = Hosts.make(4);
        Processes relay = machine("relay", hosts.inTheMiddle(), "")) {
      assumeTrue(Files.exists(relay.model(SMOLLM2)), "skipped: SmolLM2 is not in the cache");
      if (!hosts.apart()) {
        System.err.println(
            "FleetFlowTest: this system lets nobody make network namespaces (or has no iproute2), so"
                + " all nodes share the loopback");
      }
      String line =
          "relays = "
              + text(
                  relay.serve("relay", "--host", hosts.middle(), "--port", "0", "--json"), "relay")
              + "\n";
      try (Processes anna = machine("anna", hosts.on(1), line + "replay-share = 100\n");
          Processes bert = machine("bert", hosts.on(2), line);
          Processes carl = machine("carl", hosts.on(3), line);
          Processes mallory = machine("mallory", hosts.on(4), line)) {
        String url = text(anna.serve("up", "--no-model", "--port", "0", "--json"), "url");
        for (Processes runner : List.of(bert, carl)) {
          runner.serve("up", "--port", "0", "--json", "--quiet", "--threads", "1");
          Json.Obj joined = runner.cli("join", invite(anna), "--json").json();
          assertThat(anna.cli("fleet").out()).contains(text(joined, "words"));
        }
        awaitMachines(anna, url, 2);
        String nodeOfBert = text(bert.cli("fleet", "--json").json(), "node");

        answersThroughTheRelay(anna, url);
        Processes killed = goesOnWhereAnotherWasKilled(anna, url, bert, carl, nodeOfBert);
        catchesALiar(anna, url, mallory);
        runsOneModelOnThreeMachines(anna, url, killed);
      }
    }
  }

  private static void awaitMachines(Processes anna, String url, int count) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (true) {
      String fleet = anna.cli("fleet", "--json").out();
      if (fleet.split("\"state\":\"ready\"", -1).length - 1 >= count) {
        return;
      }
      assertThat(System.nanoTime()).as(url + " " + fleet).isLessThan(end);
      Thread.sleep(200);
    }
  }

  private static String header(String answer, String name) {
    return answer
        .lines()
        .filter(line -> line.startsWith(name + ": "))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + answer))
        .substring(name.length() + 2);
  }

  /** Exports a receipt that the asker has kept, and has it replayed. */
  private void assertValid(Processes anna, String receipt) throws Exception {
    Path file = folder.resolve(receipt + ".json");
    assertThat(anna.cli("receipt", "export", receipt, "-o", file.toString()).exit()).isZero();
    Run verdict = anna.verify(file, "--model", anna.model(SMOLLM2).toString());
    assertThat(verdict.exit()).as(verdict.out()).isZero();
  }

  private void answersThroughTheRelay(Processes anna, String url) throws Exception {
    assertThat(anna.cli("fleet").out()).contains("relay");
    String question =
        "{\"model\":\""
            + MODEL
            + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
            + "\"max_tokens\":12,\"seed\":1}";
    Run answer = anna.other(Caller.class, url + "/chat/completions", question);
    assertThat(answer.out()).as(answer.err()).contains("freehold-ran-by: did:key:");
    assertValid(anna, header(answer.out(), "freehold-receipt"));
  }

  private Processes goesOnWhereAnotherWasKilled(
      Processes anna, String url, Processes bert, Processes carl, String nodeOfBert)
      throws Exception {
    Process caller = anna.begin(Caller.class, url + "/chat/completions", LONG);
    BufferedReader out = caller.inputReader(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder();
    for (String line = out.readLine(); !line.isEmpty(); line = out.readLine()) {
      head.append(line).append('\n');
    }
    boolean bertRan = header(head.toString(), "freehold-ran-by").equals(nodeOfBert);
    List<String> events = new ArrayList<>();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("data: ")) {
        events.add(line.substring(6));
        if (events.size() == 40) {
          (bertRan ? bert : carl).kill();
        }
      }
    }
    assertThat(events.getLast()).isEqualTo("[DONE]");
    Json.Obj last = (Json.Obj) Json.parse(events.get(events.size() - 2));
    Json.Obj freehold = (Json.Obj) last.get("freehold").orElseThrow();
    assertThat(text(freehold, "ran_by").equals(nodeOfBert)).isNotEqualTo(bertRan);
    assertValid(anna, text(freehold, "receipt"));

    Run undisturbed = anna.other(Caller.class, url + "/chat/completions", LONG);
    List<String> due =
        undisturbed
            .out()
            .lines()
            .filter(line -> line.startsWith("data: "))
            .map(line -> line.substring(6))
            .toList();
    assertThat(said(events)).hasSizeGreaterThan(300).isEqualTo(said(due));
    return bertRan ? bert : carl;
  }

  /** What the events say, but for what each request has of its own. */
  private static List<String> said(List<String> events) {
    return events.stream()
        .filter(event -> event.startsWith("{"))
        .map(event -> ((Json.Obj) Json.parse(event)).get("choices").orElseThrow().write())
        .toList();
  }

  private void catchesALiar(Processes anna, String url, Processes mallory) throws Exception {
    Json.Obj joined =
        mallory.serveOther(
            FaultyMachines.class,
            mallory.home().toString(),
            mallory.model(SMOLLM2).toString(),
            SMOLLM2,
            "TOKEN=" + invite(anna));
    awaitMachines(anna, url, 2);
    String aside = "";
    // One that was never measured is tried soon.
    for (int i = 0; i < 4 && !aside.contains("quarantined"); i++) {
      String question =
          "{\"model\":\"" + MODEL + "\",\"prompt\":\"Once\",\"max_tokens\":16,\"seed\":" + i + "}";
      Run answer = anna.other(Caller.class, url + "/completions", question);
      assertThat(header(answer.out(), "freehold-ran-by")).isNotEqualTo(text(joined, "TOKEN"));
      assertValid(anna, header(answer.out(), "freehold-receipt"));
      aside = anna.cli("fleet", "--json").out();
    }
    assertThat(aside).contains("quarantined");
    assertThat(anna.cli("fleet").out()).contains("gets no jobs since", "release token");
    try (var evidence = Files.list(anna.home().resolve("fleet").resolve("evidence"))) {
      Run verdict =
          anna.verify(
              evidence.findFirst().orElseThrow(), "--model", anna.model(SMOLLM2).toString());
      assertThat(verdict.exit()).as(verdict.out()).isEqualTo(1);
      assertThat(verdict.out()).contains("replayed     Invalid");
    }
  }

  /** The one that was set aside gets no layers. */
  private void runsOneModelOnThreeMachines(Processes anna, String url, Processes killed)
      throws Exception {
    String question =
        "{\"model\":\""
            + MODEL
            + "\",\"messages\":[{\"role\":\"user\",\"content\":\"What is a freehold?\"}],"
            + "\"max_tokens\":24,\"seed\":3}";
    Json due = choices(anna.other(Caller.class, url + "/chat/completions", question));
    killed.serve("up", "--no-model", "--port", "0", "--json", "--threads", "1");
    anna.endLast();
    String split =
        text(
            anna.serve(
                "up", "-m", MODEL, "--split", "3", "--port", "0", "--json", "--threads", "1"),
            "url");
    long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    String models = "";
    while (!models.contains("\"models\":[{\"name\":\"" + MODEL + "\",\"state\":\"ready\"")) {
      assertThat(System.nanoTime()).as(models).isLessThan(end);
      Thread.sleep(200);
      models = anna.cli("fleet", "--json").out();
    }
    Run answer = anna.other(Caller.class, split + "/chat/completions", question);
    assertThat(choices(answer)).as(answer.out()).isEqualTo(due);
    String receipt = header(answer.out(), "freehold-receipt");
    assertValid(anna, receipt);

    Path stages = folder.resolve("stages.json");
    while (anna.cli("receipt", "stages", receipt, "-o", stages.toString()).exit() != 0) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(200);
    }
    Run verdict =
        anna.verify(
            stages,
            "--beside",
            folder.resolve(receipt + ".json").toString(),
            "--model",
            anna.model(SMOLLM2).toString());
    assertThat(verdict.exit()).as(verdict.out()).isZero();
    assertThat(verdict.out()).contains("3 machines", "replayed     Valid");
  }

  private static Json choices(Run answer) {
    String body = answer.out().substring(answer.out().indexOf("\n{") + 1);
    return ((Json.Obj) Json.parse(body.strip())).get("choices").orElseThrow();
  }
}
