// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Transcript;
import dev.freehold.evidence.stage.StageFile;
import dev.freehold.evidence.stage.StageReceipt;
import dev.freehold.evidence.stage.StageStatement;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.split.FleetSplitting;
import dev.freehold.node.split.SplitSettings;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import dev.freehold.verify.Verifier;
import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model whose layers are on three nodes answers as on one, with a receipt of its own. */
@NullMarked
class SplitAnswersTest {
  private static final String COMPLETIONS = "/v1/completions";
  private static final String SHORT =
      "{\"model\":\"small\",\"prompt\":\"Once upon a time\",\"max_tokens\":24,\"seed\":1,\"n\":2}";
  private static final String LONG =
      "{\"model\":\"small\",\"prompt\":\"Once\",\"max_tokens\":1500,\"seed\":1,\"ignore_eos\":true,"
          + "\"stream\":true}";

  @TempDir private Path folder = Path.of("");
  private ServedModel model = new ServedModel("none", folder, Digest.sha256(new byte[0]));

  @BeforeEach
  void model() throws IOException {
    model = SmallModel.write(folder, 4);
  }

  private NodeConfiguration configuration(String name) {
    return NodeConfiguration.defaults(folder.resolve(name), folder.resolve(name + "-cache"))
        .withPort(0)
        .withThreads(1)
        .withKernel("scalar")
        .withMemoryBytes(64L << 20)
        .withFleet(
            FleetSettings.none()
                .with("fleet-name", name)
                .with("link-listen", "127.0.0.1:0")
                .with("link-loopback", "yes"));
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

  private static void pair(Node one, Node other, String tier) throws IOException {
    Json invite =
        owner(one, "invite", "{\"tier\":\"" + tier + "\"}").json().get("invite").orElseThrow();
    owner(other, "join", "{\"invite\":\"" + ((Json.Str) invite).value() + "\"}");
  }

  private static void awaitReady(Node node) throws Exception {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!node.ready()) {
      assertThat(System.nanoTime())
          .as(Http.get(node.port(), "/v1/models").body() + owner(node, "fleet", "{}").body())
          .isLessThan(end);
      Thread.sleep(20);
    }
  }

  private static Transcript kept(Node node, String id) {
    try (ReceiptStore store = ReceiptStore.open(node.configuration().home())) {
      return store.find(new ReceiptId(id)).orElseThrow();
    }
  }

  private StageFile statements(Node node, String id) throws Exception {
    Path file = FleetSplitting.file(node.configuration().home(), new ReceiptId(id));
    long end = System.nanoTime() + 20_000_000_000L;
    while (!Files.exists(file)) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(10);
    }
    return StageFile.decode(Files.readAllBytes(file))
        .orElse(
            why -> {
              throw new AssertionError(why);
            });
  }

  private Report verify(byte[] evidence, Path... beside) throws Exception {
    ReplayCheck replay =
        ReplayCheck.of(new ModelFiles(model.file(), folder.resolve("none")), "scalar", 1);
    Given given =
        new Given(List.of(beside), List.of(), List.of(), new Timestamp(Instant.EPOCH), null);
    return new Verifier(Demands.usual(), replay, given).verify(evidence);
  }

  @Test
  void threeMachinesGiveTheBytesAndTheTraceOfOne() throws Exception {
    try (Node alone = Node.start(serving("alone"));
        Node one = Node.start(serving("one").withSplit(new SplitSettings(3)));
        Node two = Node.start(configuration("two"));
        Node three = Node.start(configuration("three"))) {
      one.awaitModels();
      assertThat(one.ready()).isFalse();
      long end = System.nanoTime() + 20_000_000_000L;
      while (!owner(one, "fleet", "{}").body().contains("3 machines with room for it are wanted")) {
        assertThat(System.nanoTime()).isLessThan(end);
        Thread.sleep(20);
      }
      pair(one, two, "own");
      pair(one, three, "own");
      awaitReady(one);
      assertThat(Http.get(one.port(), "/v1/models/small").body())
          .contains("\"split_over\":[", "\"one\"", "\"two\"", "\"three\"");
      try (var parts = Files.list(folder.resolve("two-cache").resolve("stages"))) {
        assertThat(parts).as("layers were fetched in pieces").hasSize(1);
      }

      alone.awaitModels();
      Http.Answer expected = Http.post(alone.port(), COMPLETIONS, SHORT);
      Http.Answer answer = Http.post(one.port(), COMPLETIONS, SHORT);
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      assertThat(answer.json().get("choices")).isEqualTo(expected.json().get("choices"));
      String id = Objects.requireNonNull(answer.headers().get("freehold-receipt"));
      Transcript transcript = kept(one, id);
      assertThat(verify(transcript.encode()).verdict()).isInstanceOf(Verdict.Valid.class);

      StageFile signed = statements(one, id);
      assertThat(signed.choices()).hasSize(2).allMatch(choice -> choice.size() == 3);
      Path beside = Files.write(folder.resolve("transcript.json"), transcript.encode());
      assertThat(verify(signed.encode(), beside).verdict()).isInstanceOf(Verdict.Valid.class);
      assertThat(verify(signed.encode()).verdict()).isInstanceOf(Verdict.Undecidable.class);
      judges(signed, beside, List.of(one, two, three));

      assertThat(
              Http.post(one.port(), "/v1/embeddings", "{\"model\":\"small\",\"input\":\"a\"}")
                  .error("message"))
          .contains("no embeddings");
      Http.Answer limited =
          Http.post(
              one.port(),
              "/v1/chat/completions",
              "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                  + "\"max_tokens\":40,\"response_format\":{\"type\":\"json_object\"},\"logprobs\":true}");
      assertThat(limited.status()).as(limited.body()).isEqualTo(200);
      String other = Objects.requireNonNull(limited.headers().get("freehold-receipt"));
      assertThat(verify(kept(one, other).encode()).verdict()).isInstanceOf(Verdict.Valid.class);
      Path stranger = Files.write(folder.resolve("other.json"), kept(one, other).encode());
      assertThat(verify(signed.encode(), stranger).verdict())
          .as("the transcript of another answer")
          .isInstanceOf(Verdict.Undecidable.class);
    }
  }

  /** What the verifier says of statements that were changed: the guilty one is named. */
  private void judges(StageFile signed, Path transcript, List<Node> nodes) throws Exception {
    List<StageReceipt> first = signed.choices().getFirst();
    StageStatement s = first.get(1).statement();
    Node guilty =
        nodes.stream().filter(node -> node.id().equals(s.node())).findFirst().orElseThrow();
    SigningKey key =
        KeyFile.loadOrCreate(
            guilty.configuration().home().resolve(Node.KEY_FILE),
            PassphraseSource.none(),
            new SecureRandom());
    StageStatement wrong =
        new StageStatement(
            s.run(),
            s.session(),
            s.model(),
            s.arithmetic(),
            s.layers(),
            s.positions(),
            s.choosing(),
            s.asked(),
            s.taken(),
            Digest.sha256(new byte[] {1}),
            s.node());
    Report found = verify(with(signed, StageReceipt.sign(wrong, key)).encode(), transcript);
    assertThat(found.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(found.verdict().toString())
        .contains(guilty.id() + " computed " + s.layers() + " wrongly")
        .doesNotContain(first.getFirst().statement().node() + " computed")
        .doesNotContain(first.getLast().statement().node() + " computed");

    Report forged =
        verify(
            with(signed, new StageReceipt(wrong, first.get(1).signature())).encode(), transcript);
    assertThat(forged.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(forged.verdict().toString()).contains("is not signed by " + guilty.id());
  }

  private static StageFile with(StageFile file, StageReceipt second) {
    List<List<StageReceipt>> choices = new ArrayList<>(file.choices());
    List<StageReceipt> first = new ArrayList<>(choices.getFirst());
    first.set(1, second);
    choices.set(0, first);
    return new StageFile(file.receipt(), choices);
  }

  @Test
  void aMachineThatGoesInMidStreamIsReplacedAndTheBytesStay() throws Exception {
    try (Node alone = Node.start(serving("alone"));
        Node one = Node.start(serving("one").withSplit(new SplitSettings(3)));
        Node three = Node.start(configuration("three"))) {
      List<String> events;
      try (Node two = Node.start(configuration("two"))) {
        pair(one, two, "own");
        pair(one, three, "own");
        awaitReady(one);
        events = interrupted(one, two);
      }
      assertThat(events.getLast()).as(events.toString()).isEqualTo("[DONE]");
      alone.awaitModels();
      List<String> due = events(Http.post(alone.port(), COMPLETIONS, LONG).body());
      assertThat(said(events)).hasSizeGreaterThan(100).isEqualTo(said(due));
      Json.Obj last = (Json.Obj) Json.parse(events.get(events.size() - 2));
      Json.Obj freehold = (Json.Obj) last.get("freehold").orElseThrow();
      String id = ((Json.Str) freehold.get("receipt").orElseThrow()).value();
      assertThat(verify(kept(one, id).encode()).verdict()).isInstanceOf(Verdict.Valid.class);
    }
  }

  /** Reads a stream, and ends a machine in its middle. */
  private static List<String> interrupted(Node asked, Node ended) throws Exception {
    List<String> events = new ArrayList<>();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), asked.port())) {
      socket.setSoTimeout(60_000);
      socket
          .getOutputStream()
          .write(Http.request("POST", COMPLETIONS, LONG).getBytes(StandardCharsets.UTF_8));
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("data: ")) {
          events.add(line.substring("data: ".length()));
          if (events.size() == 20) {
            Thread.ofVirtual().start(ended::close);
          }
        }
      }
    }
    return events;
  }

  private static List<String> events(String body) {
    return body.lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> line.substring("data: ".length()))
        .toList();
  }

  private static List<String> said(List<String> events) {
    return events.stream()
        .filter(event -> event.startsWith("{"))
        .map(event -> ((Json.Obj) Json.parse(event)).get("choices").orElseThrow().write())
        .toList();
  }

  @Test
  void layersAreLentToMachinesOfTheSameOwnerOnly() throws Exception {
    try (Node one = Node.start(serving("one").withSplit(new SplitSettings(2)));
        Node friend = Node.start(configuration("friend"))) {
      pair(one, friend, "invited");
      long end = System.nanoTime() + 60_000_000_000L;
      String told = "";
      while (!told.contains("friend: of the tier")) {
        assertThat(System.nanoTime()).as(told).isLessThan(end);
        Thread.sleep(50);
        told = owner(one, "fleet", "{}").body();
      }
      assertThat(one.ready()).isFalse();
      assertThat(Http.post(one.port(), COMPLETIONS, SHORT.replace(",\"n\":2", "")).error("code"))
          .isEqualTo("model_loading");
    }
  }
}
