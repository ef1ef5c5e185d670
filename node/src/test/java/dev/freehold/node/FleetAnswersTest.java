// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.evidence.EvidenceFile;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.LinkBytes;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.fleet.job.JobServer;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.fleet.pair.Invite;
import dev.freehold.fleet.pair.Pairing;
import dev.freehold.kernel.Kernels;
import dev.freehold.link.sealed.Senders;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.fleet.OwnPresence;
import dev.freehold.node.http.Api;
import dev.freehold.node.jobs.LocalWork;
import dev.freehold.node.lanes.LanePatience;
import dev.freehold.node.lanes.Lanes;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Splitting;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.node.work.WorkGate;
import dev.freehold.node.work.WorkSettings;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One endpoint for the models of several nodes, which are linked over loopback. */
@NullMarked
class FleetAnswersTest {
  private static final String COMPLETIONS = "/v1/completions";
  private static final String SHORT =
      "{\"model\":\"small\",\"prompt\":\"ab\",\"max_tokens\":8,\"seed\":1}";
  private static final String STREAMED =
      "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":12,"
          + "\"seed\":1,\"stream\":true,\"stream_options\":{\"include_usage\":true}}";
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir private Path folder = Path.of("");
  private ServedModel model = new ServedModel("none", folder, Digest.sha256(new byte[0]));

  @BeforeEach
  void model() throws IOException {
    model = SmallModel.write(folder);
  }

  private static FleetSettings settings(String name) {
    return FleetSettings.none()
        .with("fleet-name", name)
        .with("link-listen", "127.0.0.1:0")
        .with("link-loopback", "yes");
  }

  private NodeConfiguration configuration(String name) {
    return NodeConfiguration.defaults(folder.resolve(name), folder.resolve("cache"))
        .withPort(0)
        .withThreads(1)
        .withKernel("scalar")
        .withFleet(settings(name));
  }

  private NodeConfiguration serving(String name) {
    return configuration(name).withModels(List.of(model));
  }

  private static Http.Answer owner(Node node, String verb, String body) throws IOException {
    OwnerToken token = OwnerToken.read(node.configuration().home()).orElseThrow();
    Http.Answer answer =
        Http.post(node.port(), "/owner/" + verb, body, "Authorization: " + token.authorization());
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer;
  }

  private static String invite(Node node, String tier) throws IOException {
    Json invite =
        owner(node, "invite", "{\"tier\":\"" + tier + "\"}").json().get("invite").orElseThrow();
    return ((Json.Str) invite).value();
  }

  private static void pair(Node one, Node other, String tier) throws IOException {
    owner(other, "join", "{\"invite\":\"" + invite(one, tier) + "\"}");
  }

  /** Waits until a node knows that so many others serve the model. */
  private static void awaitMachines(Node node, int count) throws Exception {
    long end = System.nanoTime() + 60_000_000_000L;
    while (true) {
      String list = Http.get(node.port(), "/v1/models").body();
      if (list.split("\"tier\"", -1).length - 1 >= count) {
        return;
      }
      assertThat(System.nanoTime()).as(list).isLessThan(end);
      Thread.sleep(50);
    }
  }

  private static Transcript kept(Node node, Http.Answer answer) throws IOException {
    String id = Objects.requireNonNull(answer.headers().get("freehold-receipt"));
    return kept(node.configuration().home(), id);
  }

  private static Transcript kept(Path home, String id) {
    try (ReceiptStore store = ReceiptStore.open(home)) {
      return store.find(new ReceiptId(id)).orElseThrow();
    }
  }

  @Test
  void aModelOfAnotherMachineIsOfferedAndAnsweredByIt() throws Exception {
    try (Node asker = Node.start(configuration("asker"));
        Node runner = Node.start(serving("runner"))) {
      pair(asker, runner, "own");
      awaitMachines(asker, 1);
      assertThat(Http.get(asker.port(), "/v1/models/small").body())
          .contains("\"only_on\"", "\"runner\"", "\"own\"", model.digest().toString());

      Http.Answer answer = Http.post(asker.port(), COMPLETIONS, SHORT);
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      assertThat(answer.headers()).containsEntry("freehold-ran-by", runner.id().toString());
      Http.Answer own = Http.post(runner.port(), COMPLETIONS, SHORT);
      assertThat(answer.json().get("choices")).isEqualTo(own.json().get("choices"));
      assertThat(answer.json().get("model")).contains(Json.of("small"));
      assertThat(answer.json().get("usage")).isPresent();
      assertThat(kept(asker, answer).encode()).isEqualTo(kept(runner, answer).encode());
      assertThat(owner(asker, "fleet", "{}").body())
          .contains("\"measured\":[{\"digest\":\"" + model.digest(), "\"tokensPerSecond\"");

      Http.Answer embedding =
          Http.post(
              asker.port(), "/v1/embeddings", "{\"model\":\"small\",\"input\":[\"a\",\"b c\"]}");
      assertThat(embedding.status()).as(embedding.body()).isEqualTo(200);
      assertThat(embedding.headers()).containsEntry("freehold-ran-by", runner.id().toString());
    }
  }

  @Test
  void aStreamFromAnotherMachineIsThatOfAnOwnOne() throws Exception {
    try (Node asker = Node.start(configuration("asker"));
        Node runner = Node.start(serving("runner"))) {
      pair(asker, runner, "own");
      awaitMachines(asker, 1);
      Http.Answer remote = Http.post(asker.port(), "/v1/chat/completions", STREAMED);
      Http.Answer own = Http.post(runner.port(), "/v1/chat/completions", STREAMED);
      assertThat(remote.headers()).containsEntry("freehold-ran-by", runner.id().toString());
      assertThat(said(remote.body())).isNotEmpty().isEqualTo(said(own.body()));
      assertThat(remote.body()).contains("\"usage\":{", "\"ran_by\"").endsWith("data: [DONE]\n\n");
    }
  }

  /** What the events of a stream say, but for what is made anew each time. */
  private static List<String> said(String events) {
    List<String> said = new ArrayList<>();
    for (String line : events.split("\n\n", -1)) {
      if (line.startsWith("data: {")) {
        said.add(((Json.Obj) Json.parse(line.substring(6))).get("choices").orElseThrow().write());
      }
    }
    return said;
  }

  @Test
  void aForeignReceiptIsNotLoggedAsAnOwnOne() throws Exception {
    Path home = folder.resolve("asker");
    try (Node asker = Node.start(configuration("asker"));
        Node runner = Node.start(serving("runner"))) {
      pair(asker, runner, "own");
      awaitMachines(asker, 1);
      Http.Answer answer = Http.post(asker.port(), COMPLETIONS, SHORT);
      assertThat(Http.get(asker.port(), "/v1/receipts").body())
          .contains("\"node\":\"" + runner.id() + "\"");
      assertThat(answer.status()).isEqualTo(200);
    }
    try (ReceiptStore store = ReceiptStore.open(home)) {
      assertThat(store.count()).isEqualTo(1);
      assertThat(store.unlogged(10)).isEmpty();
      assertThat(store.loggedUpTo()).isZero();
    }
  }

  @Test
  void aMachineOfAnotherPersonIsAskedOnlyWhereThatIsAllowed() throws Exception {
    try (Node asker = Node.start(configuration("asker"));
        Node runner = Node.start(serving("runner"))) {
      pair(asker, runner, "invited");
      awaitMachines(asker, 1);
      Http.Answer refused = Http.post(asker.port(), COMPLETIONS, SHORT);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.error("code")).isEqualTo("tier_not_allowed");
      assertThat(refused.error("message")).contains("Freehold-Tier: invited");
      assertThat(Http.post(asker.port(), COMPLETIONS, SHORT, "Freehold-Tier: own").status())
          .isEqualTo(403);
      assertThat(
              Http.post(asker.port(), COMPLETIONS, SHORT, "Freehold-Tier: anybody").error("code"))
          .isEqualTo("invalid_tier");
      assertThat(Http.post(asker.port(), COMPLETIONS, SHORT, "Freehold-Tier: invited").status())
          .isEqualTo(200);
    }
  }

  @Test
  void whatIsTooMuchForOneMachineSpillsOver() throws Exception {
    String endless =
        "{\"model\":\"small\",\"prompt\":\"ab\",\"max_tokens\":16000,\"seed\":1,"
            + "\"ignore_eos\":true,\"stream\":true}";
    try (Node asker =
            Node.start(
                serving("asker").withMaxConcurrent(1).withQueueLimit(0).withDrain(Duration.ZERO));
        Node runner = Node.start(serving("runner"))) {
      asker.awaitModels();
      Thread busy =
          Thread.startVirtualThread(
              () -> {
                try {
                  Http.post(asker.port(), COMPLETIONS, endless);
                } catch (IOException e) {
                  // The node is closed meanwhile.
                }
              });
      while (!Http.get(asker.port(), "/metrics")
          .body()
          .contains("answers_active{model=\"small\"} 1")) {
        Thread.sleep(5);
      }
      assertThat(Http.post(asker.port(), COMPLETIONS, SHORT).status()).isEqualTo(429);
      pair(asker, runner, "own");
      awaitMachines(asker, 1);
      Http.Answer spilled = Http.post(asker.port(), COMPLETIONS, SHORT);
      assertThat(spilled.status()).as(spilled.body()).isEqualTo(200);
      assertThat(spilled.headers()).containsEntry("freehold-ran-by", runner.id().toString());
      assertThat(busy.isAlive()).isTrue();
    }
  }

  @Test
  void aPlanKnowsTheMemoryOfTheOthersAndNamesThoseItLeavesOut() throws Exception {
    try (Node asker = Node.start(configuration("asker"));
        Node friend = Node.start(configuration("friend"));
        Node own = Node.start(configuration("own"))) {
      pair(asker, own, "own");
      pair(asker, friend, "invited");
      ModelStore store = new ModelStore(folder.resolve("cache"), Clock.systemUTC());
      String digest = store.link(model.file(), "small.gguf", _ -> {}).digest().toString();
      String request = "{\"model\":\"" + digest + "\",\"positions\":100}";
      long end = System.nanoTime() + 60_000_000_000L;
      String plan = "";
      while (!plan.contains("friend: of the tier") || plan.contains("own: ")) {
        assertThat(System.nanoTime()).as(plan).isLessThan(end);
        Thread.sleep(50);
        plan = owner(asker, "plan", request).body();
      }
      assertThat(plan)
          .contains("\"fits\":true", "\"places\":[{\"machine\":\"", "\"expectedTokensPerSecond\"");
      Http.Answer refused =
          Http.post(
              asker.port(),
              "/owner/plan",
              "{\"model\":\"none\",\"positions\":0}",
              "Authorization: "
                  + OwnerToken.read(asker.configuration().home()).orElseThrow().authorization());
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.error("message")).contains("no model 'none'");
    }
  }

  @Test
  void aMachineThatRestsIsNotAsked() throws Exception {
    int hour = (java.time.LocalTime.now(java.time.ZoneId.systemDefault()).getHour() + 12) % 24;
    WorkSettings hours =
        WorkSettings.always().with("work-hours", "%02d:00-%02d:59".formatted(hour, hour));
    try (Node asker = Node.start(configuration("asker"));
        Node resting = Node.start(serving("resting").withWork(hours));
        Node runner = Node.start(serving("runner"))) {
      pair(asker, resting, "own");
      pair(asker, runner, "own");
      awaitMachines(asker, 1);
      Http.Answer answer = Http.post(asker.port(), COMPLETIONS, SHORT);
      assertThat(answer.headers()).containsEntry("freehold-ran-by", runner.id().toString());
      // Members are asked one by one: the one that rests may be heard of last.
      long end = System.nanoTime() + 60_000_000_000L;
      while (!owner(asker, "fleet", "{}").body().contains("outside_hours")) {
        assertThat(System.nanoTime()).isLessThan(end);
        Thread.sleep(20);
      }
      assertThat(Http.get(asker.port(), "/v1/models").body()).doesNotContain("\"resting\"");
    }
  }

  /** A machine of the fleet that answers with its own engine, and then changes what it says. */
  private final class Liar implements AutoCloseable {
    final SigningKey key = SigningKey.generate(RANDOM);
    private final ReceiptStore store;
    private final EventLog log;
    private final Models models;
    private final FleetNode fleet;

    Liar(String invite, UnaryOperator<JobResult> lie) throws Exception {
      Path home = Files.createDirectories(folder.resolve("liar"));
      Clock clock = Clock.systemUTC();
      store = ReceiptStore.open(home);
      log = new EventLog(home, clock);
      models =
          new Models(
              List.of(model),
              () -> Kernels.named("scalar"),
              1,
              new EngineOptions(4, 8, 64L << 20, 32L << 20, 64),
              Splitting.NEVER,
              _ -> {});
      models.await(model, Duration.ofSeconds(60));
      fleet =
          FleetNode.open(
              settings("liar"),
              home,
              key,
              new OwnPresence(
                      models,
                      Lanes.open(key.nodeId(), List.of(), LanePatience.DEFAULT, 1),
                      1,
                      0,
                      0,
                      WorkGate.here(WorkSettings.always()),
                      clock)
                  ::now,
              clock,
              RANDOM);
      Answerer answerer = new Answerer(key, store, new Metrics(), clock, RANDOM, 8, () -> {});
      LocalWork honest = new LocalWork(models, answerer, clock, Api::jobError);
      JobWork lying = (order, sink) -> honest.run(order, new Twisted(sink, lie));
      JobServer server = new JobServer(key, Senders::anyone, lying, 8, RANDOM, _ -> {});
      fleet.serve(JobServer.PROTOCOL, (_, stream) -> server.serve(new LinkBytes(stream)));
      Invite taken =
          Invite.parse(invite)
              .orElse(
                  why -> {
                    throw new AssertionError(why);
                  });
      assertThat(fleet.join(taken)).isInstanceOf(Pairing.Result.Joined.class);
    }

    @Override
    public void close() throws IOException {
      fleet.close();
      models.close();
      store.close();
      log.close();
    }
  }

  private record Twisted(JobWork.Sink to, UnaryOperator<JobResult> lie) implements JobWork.Sink {
    @Override
    public void say(JobMessage message) throws IOException {
      to.say(
          message instanceof JobMessage.Finished(JobResult result)
              ? new JobMessage.Finished(lie.apply(result))
              : message);
    }

    @Override
    public void onGone(Runnable action) {
      to.onGone(action);
    }
  }

  /** The same answer with another token in it, or else another trace, properly signed. */
  private static JobResult changed(JobResult result, SigningKey key, boolean token) {
    Transcript said = result.transcript();
    Statement statement = said.receipt().statement();
    int[] tokens = said.outputs().getFirst().clone();
    tokens[1] = token ? (tokens[1] + 1) % 256 : tokens[1];
    Statement.Choice choice = statement.choices().getFirst();
    Statement changed =
        new Statement(
            statement.kind(),
            statement.node(),
            statement.model(),
            statement.tokenizer(),
            statement.templateOrNull(),
            statement.arithmetic(),
            statement.sampling(),
            statement.request(),
            statement.response(),
            List.of(
                new Statement.Choice(
                    choice.prompt(),
                    choice.output(),
                    said.salts().ofTokens(tokens),
                    token ? choice.trace() : said.salts().ofTrace(Digest.sha256("another")),
                    choice.finish())),
            statement.received(),
            statement.finished(),
            statement.nonce());
    Transcript lie =
        new Transcript(
            Receipt.sign(changed, key),
            said.request(),
            said.response(),
            List.of(tokens),
            said.salts());
    return new JobResult(lie, result.choices(), result.last(), result.cached());
  }

  @Test
  void aMachineThatLiesIsCaughtByReplayAndSetAsideAndAnotherOneAnswers() throws Exception {
    setAside(false, "100", "replayed");
  }

  @Test
  void tokensThatDoNotMakeTheAnswerAreFoundWithoutAReplay() throws Exception {
    setAside(true, "0", "choice 0: the response is not what the model's tokens say");
  }

  private void setAside(boolean token, String share, String reason) throws Exception {
    Files.createDirectories(folder.resolve("cache"));
    new ModelStore(folder.resolve("cache"), Clock.systemUTC())
        .linkAs(model.file(), "small", _ -> {});
    SigningKey[] key = new SigningKey[1];
    NodeConfiguration replaying =
        configuration("asker").withFleet(settings("asker").with("replay-share", share));
    try (Node asker = Node.start(replaying);
        Liar liar =
            new Liar(
                invite(asker, "own"),
                result -> changed(result, Objects.requireNonNull(key[0]), token))) {
      key[0] = liar.key;
      try (Node runner = Node.start(serving("runner"))) {
        pair(asker, runner, "own");
        awaitMachines(asker, 2);
        Http.Answer answer = Http.post(asker.port(), COMPLETIONS, SHORT);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("freehold-ran-by", runner.id().toString());

        String fleet = owner(asker, "fleet", "{}").body();
        assertThat(fleet)
            .contains("\"quarantined\"", reason)
            .contains("\"lastReceipt\":\"" + answer.headers().get("freehold-receipt") + "\"");
        Path evidence = evidence(replaying.home());
        assertThat(EvidenceFile.decode(Files.readAllBytes(evidence)))
            .isInstanceOf(Parsed.Read.class);
        assertThat(Http.get(asker.port(), "/v1/models/small").body())
            .contains("\"runner\"")
            .doesNotContain("\"liar\"");

        owner(asker, "release", "{\"name\":\"liar\"}");
        assertThat(Http.get(asker.port(), "/v1/models/small").body()).contains("\"liar\"");
      }
    }
  }

  private static Path evidence(Path home) throws IOException {
    try (var files = Files.list(home.resolve("fleet").resolve("evidence"))) {
      return files.findFirst().orElseThrow();
    }
  }

  @Test
  void aMachineThatTakesJobsOfMembersOnlyIsNoHelpToStrangers() throws Exception {
    try (Node asker = Node.start(configuration("asker"));
        Node runner = Node.start(serving("runner"))) {
      pair(asker, runner, "own");
      awaitMachines(asker, 1);
      owner(runner, "remove", "{\"name\":\"asker\"}");
      Http.Answer answer = Http.post(asker.port(), COMPLETIONS, SHORT);
      assertThat(answer.status()).isIn(404, 503);
      assertThat(answer.error("code")).isIn("model_not_found", "no_machine_answers");
    }
  }

  @Test
  void aModelThatOnlyAnAbsentMachineHasIsSaidToBeAwayAndNotUnknown() throws Exception {
    try (Node asker = Node.start(configuration("asker"))) {
      try (Node runner = Node.start(serving("runner"))) {
        pair(asker, runner, "own");
        awaitMachines(asker, 1);
      }
      long end = System.nanoTime() + 60_000_000_000L;
      Http.Answer answer = Http.post(asker.port(), COMPLETIONS, SHORT);
      while (!answer.body().contains("is not reached") && System.nanoTime() < end) {
        Thread.sleep(50);
        answer = Http.post(asker.port(), COMPLETIONS, SHORT);
      }
      assertThat(answer.error("message"))
          .isEqualTo("no machine that has small can be asked now: runner is not reached");
      assertThat(answer.error("code")).isEqualTo("no_machine_answers");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.headers()).containsEntry("retry-after", "5");
      Http.Answer other =
          Http.post(asker.port(), COMPLETIONS, SHORT.replace("\"small\"", "\"large\""));
      assertThat(other.error("code")).isEqualTo("model_not_found");
    }
  }
}
