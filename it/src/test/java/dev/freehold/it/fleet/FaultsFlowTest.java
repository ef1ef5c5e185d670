// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import static dev.freehold.it.Processes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.Processes;
import dev.freehold.it.Processes.Run;
import dev.freehold.link.relay.Meddler;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.record.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The wrong inputs and faults of docs/fleet-jobs.md, each between processes: one walk through all,
 * so that each process starts once. Two machines with one key, and invites by the wrong key or used
 * twice, are in {@link DoctorFlowTest} and {@link PairingFlowTest}.
 */
@NullMarked
@Timeout(420)
class FaultsFlowTest {
  private static final String MODEL = "smollm2-135m-instruct";
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private Path folder = Path.of("");

  /** A node that serves, and where. */
  record Up(Processes machine, String url) {
    HttpRequest.Builder request(String path) {
      return HttpRequest.newBuilder(URI.create(url.replaceFirst("/v1$", path)))
          .header("Content-Type", "application/json");
    }

    /** What its owner's verb answers. */
    Json.Obj owner(String verb, Json.Obj asked) throws Exception {
      HttpResponse<String> answer = ownerAnswer(verb, asked);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return (Json.Obj) Json.parse(answer.body());
    }

    HttpResponse<String> ownerAnswer(String verb, Json.Obj asked) throws Exception {
      OwnerToken token = OwnerToken.read(machine.home()).orElseThrow();
      return HTTP.send(
          request("/owner/" + verb)
              .header("Authorization", token.authorization())
              .POST(HttpRequest.BodyPublishers.ofString(asked.write()))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }

    String invite() throws Exception {
      return text(owner("invite", Json.object().put("tier", "own").build()), "invite");
    }

    void join(String invite) throws Exception {
      owner("join", Json.object().put("invite", invite).build());
    }

    Json.Obj fleet() throws Exception {
      return owner("fleet", Json.object().build());
    }

    /** What it sees of a member. */
    Json.Obj member(String name) throws Exception {
      for (Json each : ((Json.Arr) fleet().get("members").orElseThrow()).items()) {
        if (text((Json.Obj) each, "name").equals(name)) {
          return (Json.Obj) each;
        }
      }
      throw new AssertionError("no member " + name);
    }

    /** Its answer to a question, with the body's text. */
    HttpResponse<String> ask(int seed) throws Exception {
      return HTTP.send(
          request("/v1/completions")
              .POST(HttpRequest.BodyPublishers.ofString(question(seed, 24, false)))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static String question(int seed, int tokens, boolean stream) {
    return "{\"model\":\""
        + MODEL
        + "\",\"prompt\":\"Once upon a time\",\"temperature\":0.8,\"ignore_eos\":true,\"max_tokens\":"
        + tokens
        + ",\"seed\":"
        + seed
        + ",\"stream\":"
        + stream
        + "}";
  }

  static String choices(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return ((Json.Obj) Json.parse(answer.body())).get("choices").orElseThrow().write();
  }

  interface Question {
    boolean holds() throws Exception;
  }

  static void await(String what, Question question) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!question.holds()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(100);
    }
  }

  private Processes machine(String name, String configuration) throws IOException {
    return Processes.machine(folder, name, List.of(), configuration);
  }

  static Up up(Processes machine, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("up", "--port", "0", "--json", "--threads", "1"));
    words.addAll(List.of(more));
    return new Up(machine, text(machine.serve(words.toArray(new String[0])), "url"));
  }

  private static List<String> faults(Processes machine) throws Exception {
    Json.Obj said = (Json.Obj) Json.parse(machine.cli("doctor", "--json").out().strip());
    List<String> faults = new ArrayList<>();
    for (Json each : ((Json.Arr) said.get("findings").orElseThrow()).items()) {
      Json.Obj finding = (Json.Obj) each;
      if (!text(finding, "state").equals("ok")) {
        faults.add(
            text(finding, "what") + ": " + text(finding, "found") + " -> " + text(finding, "cure"));
      }
    }
    return faults;
  }

  @Test
  @Tag("soak")
  void everyFaultIsSeenThroughBetweenProcesses() throws Exception {
    try (Processes bad = machine("bad-relay", "")) {
      assumeTrue(Files.exists(bad.model(SMOLLM2)), "skipped: SmolLM2 is not in the cache");
      Process meddling = bad.begin(BadRelay.class);
      Deeds deeds = new Deeds(meddling);
      String lines =
          "relays = " + deeds.place() + "\nlink-loopback = yes\nsplit = never\ndirect = tcp\n";
      try (Processes a = machine("anna", lines + "replay-share = 100\n");
          Processes b = machine("bert", lines);
          Processes faulty = machine("faulty", lines)) {
        Up anna = up(a, "--no-model");
        Up bert = up(b, "--quiet");
        bert.join(anna.invite());
        await("bert", () -> text(anna.member("bert"), "link").equals("relay"));
        await("bert's model", () -> anna.member("bert").write().contains("\"ready\""));
        String due = choices(anna.ask(1));

        whateverTheRelayDoesTheAnswerIsTheSame(anna, deeds, due);
        aRelayThatHidesAMachineIsNamed(anna, deeds, due);
        everyLiarIsCaughtAndTheNextMachineAnswers(anna, bert, faulty, due);
        aMachineThatStallsIsReplacedInMidStream(anna, bert, faulty);
        alteredJobsAreRefusedAndLeaveARecord(bert, lines);
        aMachineThatMovedIsFoundAgain(anna, bert, due);
      }
    }
  }

  /** The relay's process, and what it is told. */
  static final class Deeds {
    private final Writer to;
    private final BufferedReader from;
    private final String place;

    Deeds(Process relay) throws IOException {
      to = relay.outputWriter(StandardCharsets.UTF_8);
      from = relay.inputReader(StandardCharsets.UTF_8);
      place = text((Json.Obj) Json.parse(from.readLine()), "relay");
    }

    /** Where the relay is. */
    String place() {
      return place;
    }

    /** From now on it does this; how often the deed before was done. */
    int now(String deed) throws IOException {
      to.write(deed + "\n");
      to.flush();
      return (int)
          ((Json.Num) ((Json.Obj) Json.parse(from.readLine())).get("done").orElseThrow()).value();
    }
  }

  private static void whateverTheRelayDoesTheAnswerIsTheSame(Up anna, Deeds deeds, String due)
      throws Exception {
    for (Meddler.Deed deed : Meddler.Deed.values()) {
      deeds.now(deed.name());
      int done = 0;
      for (int i = 0; i < 9 && done == 0; i++) {
        assertThat(choices(anna.ask(1))).as("%s", deed).isEqualTo(due);
        done = deeds.now(deed.name());
      }
      assertThat(done).as("%s", deed).isPositive();
      deeds.now("NONE");
    }
  }

  private static void aRelayThatHidesAMachineIsNamed(Up anna, Deeds deeds, String due)
      throws Exception {
    deeds.now("DENY");
    // The path that is up breaks at the next message.
    await("bert is hidden", () -> anna.ask(1).statusCode() == 503);
    assertThat(faults(anna.machine()))
        .anyMatch(line -> line.startsWith("link: bert is not reached") && line.contains("hide"));
    // And it heals.
    deeds.now("NONE");
    await("bert is back", () -> text(anna.member("bert"), "link").equals("relay"));
    await("bert answers", () -> anna.ask(1).statusCode() == 200);
    assertThat(choices(anna.ask(1))).isEqualTo(due);
  }

  private static final List<String> FAULTS =
      List.of("TOKEN", "TRACE", "TEXT", "MODEL", "FEW", "STALE", "AHEAD", "HONEST");

  private void everyLiarIsCaughtAndTheNextMachineAnswers(
      Up anna, Up bert, Processes faulty, String due) throws Exception {
    List<String> words = new ArrayList<>();
    words.add(faulty.home().toString());
    words.add(faulty.model(SMOLLM2).toString());
    words.add(SMOLLM2);
    for (String fault : FAULTS) {
      words.add(fault + "=" + anna.invite());
    }
    words.add("EXPIRED=-");
    Json.Obj told = faulty.serveOther(FaultyMachines.class, words.toArray(new String[0]));

    HttpResponse<String> late =
        bert.ownerAnswer("join", Json.object().put("invite", text(told, "EXPIRED")).build());
    assertThat(late.statusCode()).isEqualTo(400);
    assertThat(late.body()).contains("the invite has expired");
    assertThat(faults(bert.machine())).anyMatch(line -> line.startsWith("join: the last"));

    List<String> liars = Arrays.stream(Lies.values()).map(Enum::name).toList();
    List<String> names = liars.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    for (String fault : FAULTS) {
      String name = fault.toLowerCase(Locale.ROOT);
      await(name, () -> anna.member(name).write().contains("\"state\":\"ready\""));
    }
    // One that was never measured is tried soon; what a liar says never gets to the client.
    for (int i = 0; i < 24 && aside(anna, names) < names.size(); i++) {
      HttpResponse<String> answer = anna.ask(1);
      assertThat(choices(answer)).isEqualTo(due);
      String by = answer.headers().firstValue("freehold-ran-by").orElseThrow();
      assertThat(liars).noneMatch(name -> text(told, name).equals(by));
    }
    List<String> faults = faults(anna.machine());
    because(faults, "token", "not what the model's tokens say");
    because(faults, "trace", "replayed");
    because(faults, "text", "something else than the response");
    because(faults, "model", "of another model");
    because(faults, "few", "tokens, which is 24");
    because(faults, "stale", "another nonce");
    assertThat(faults)
        .anyMatch(
            line -> line.startsWith("clock: the clock of ahead is 3") && line.contains("ahead"))
        .noneMatch(line -> line.startsWith("liar: honest") || line.startsWith("liar: ahead"));

    Path receipt = folder.resolve("receipt.json");
    HttpResponse<String> last = anna.ask(2);
    String id = last.headers().firstValue("freehold-receipt").orElseThrow();
    assertThat(anna.machine().cli("receipt", "export", id, "-o", receipt.toString()).exit())
        .isZero();
    Run verdict =
        anna.machine().verify(receipt, "--model", anna.machine().model(SMOLLM2).toString());
    assertThat(verdict.exit()).as(verdict.out()).isZero();
  }

  private static int aside(Up anna, List<String> names) throws Exception {
    int count = 0;
    for (String name : names) {
      count += anna.member(name).get("quarantined").isPresent() ? 1 : 0;
    }
    return count;
  }

  private static void because(List<String> faults, String liar, String why) {
    assertThat(faults)
        .anyMatch(
            line ->
                line.startsWith("liar: " + liar + " gets no jobs")
                    && line.contains(why)
                    && line.contains("'freehold verify' takes"));
  }

  /** What the events say, but for what each request has of its own. */
  private static List<String> said(List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith("data: {"))
        .map(
            line -> ((Json.Obj) Json.parse(line.substring(6))).get("choices").orElseThrow().write())
        .toList();
  }

  private static void aMachineThatStallsIsReplacedInMidStream(Up anna, Up bert, Processes faulty)
      throws Exception {
    String node = text(bert.fleet(), "node");
    List<String> lines = new ArrayList<>();
    HttpRequest request =
        anna.request("/v1/completions")
            .POST(HttpRequest.BodyPublishers.ofString(question(3, 200, true)))
            .build();
    HttpResponse<Stream<String>> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofLines());
    boolean bertRuns = answer.headers().firstValue("freehold-ran-by").orElseThrow().equals(node);
    Processes stalls = bertRuns ? bert.machine() : faulty;
    answer
        .body()
        .forEach(
            line -> {
              lines.add(line);
              if (lines.size() == 40) {
                stalls.signal("STOP");
              }
            });
    stalls.signal("CONT");
    assertThat(lines).contains("data: [DONE]");
    List<String> undisturbed =
        HTTP.send(request, HttpResponse.BodyHandlers.ofLines()).body().toList();
    assertThat(said(lines)).hasSizeGreaterThan(150).isEqualTo(said(undisturbed));
  }

  private void alteredJobsAreRefusedAndLeaveARecord(Up bert, String lines) throws Exception {
    Path log = bert.machine().home().resolve("node.log");
    long before = refusals(log);
    try (Processes asker = machine("asker", lines)) {
      Run sent = asker.other(AlteringAsker.class, asker.home().toString(), SMOLLM2, bert.invite());
      Json.Obj came = sent.json();
      assertThat(came.get("taken")).as(sent.out()).contains(Json.of(1));
      assertThat(came.get("nothing")).isEmpty();
      long refused = (long) ((Json.Num) came.get("refused").orElseThrow()).value();
      assertThat(refused).isGreaterThan(40);
      assertThat(refusals(log) - before).isEqualTo(refused);
      assertThat(Files.readString(log)).contains("ALTERED", "REPLAYED", "TRUNCATED");
    }
  }

  private static long refusals(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(line -> line.contains("\"job-refused\"")).count();
    }
  }

  /** It listens at another address after each start; the relay tells. */
  private static void aMachineThatMovedIsFoundAgain(Up anna, Up bert, String due) throws Exception {
    Processes machine = bert.machine();
    Path config = machine.home().resolve("config");
    Files.writeString(config, Files.readString(config) + "link-listen = 127.0.0.1:0\n");
    for (int i = 0; i < 2; i++) {
      machine.endLast();
      up(machine, "--quiet");
      await("bert is reached directly", () -> text(anna.member("bert"), "link").equals("direct"));
    }
    await("bert answers", () -> anna.ask(1).statusCode() == 200);
    assertThat(choices(anna.ask(1))).isEqualTo(due);
  }

  @Test
  @Tag("soak")
  void aStageThatFlipsOneBitIsNamed() throws Exception {
    try (Processes relay = machine("relay", "")) {
      assumeTrue(Files.exists(relay.model(SMOLLM2)), "skipped: SmolLM2 is not in the cache");
      String lines = "relays = " + text(relay.serve("relay", "--port", "0", "--json"), "relay");
      try (Processes d = machine("dora", lines + "\n");
          Processes faulty = machine("faulty", lines + "\n")) {
        Up dora = up(d, "-m", MODEL, "--split", "2");
        Json.Obj told =
            faulty.serveOther(
                FaultyMachines.class,
                faulty.home().toString(),
                faulty.model(SMOLLM2).toString(),
                SMOLLM2,
                "FLIP=" + dora.invite());
        await(
            "two machines",
            () -> dora.fleet().get("models").orElseThrow().write().contains("\"ready\""));
        HttpResponse<String> answer = dora.ask(1);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String id = answer.headers().firstValue("freehold-receipt").orElseThrow();
        Path receipt = folder.resolve("receipt.json");
        Path stages = folder.resolve("stages.json");
        assertThat(d.cli("receipt", "export", id, "-o", receipt.toString()).exit()).isZero();
        await(
            "statements",
            () -> d.cli("receipt", "stages", id, "-o", stages.toString()).exit() == 0);
        Run verdict =
            d.verify(
                stages, "--beside", receipt.toString(), "--model", d.model(SMOLLM2).toString());
        assertThat(verdict.exit()).as(verdict.out()).isEqualTo(1);
        assertThat(verdict.out())
            .contains(text(told, "FLIP") + " computed layers")
            .doesNotContain(text(dora.fleet(), "node") + " computed layers");
      }
    }
  }

  @Test
  void aModelThatDoesNotFitIsRefusedBeforeItIsLoaded() throws Exception {
    Path memory = folder.resolve("meminfo");
    Files.writeString(memory, "MemTotal: 400000 kB\nMemAvailable: 150000 kB\n");
    // A mount of its own shows this machine as a small one.
    List<String> before =
        List.of(
            "unshare",
            "-rm",
            "sh",
            "-c",
            "mount --bind " + memory + " /proc/meminfo && exec \"$0\" \"$@\"");
    assumeTrue(mounts(before), "skipped: this system lets nobody mount over /proc/meminfo");
    Processes small = Processes.machine(folder, "small", before, "");
    try (small) {
      assumeTrue(Files.exists(small.model(SMOLLM2)), "skipped: SmolLM2 is not in the cache");
      Run up = small.cli("up", "-m", MODEL, "--port", "0", "--quiet");
      assertThat(up.exit()).isEqualTo(1);
      assertThat(up.err()).contains("GB of memory and 0.2 GB are free", "serve a smaller model");
      assertThat(faults(small))
          .anyMatch(
              line ->
                  line.startsWith("memory: ")
                      && line.contains("it would not be loaded")
                      && line.contains("no model of the catalogue fits"));
    }
  }

  private static boolean mounts(List<String> before) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(before);
    command.addAll(List.of("grep", "-q", "150000", "/proc/meminfo"));
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
