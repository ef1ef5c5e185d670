// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.action.HistoryCheck;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.control.TokenReading;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.timestamp.TimestampAuthority;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.evidence.witness.Witness;
import dev.freehold.gateway.intercept.House;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import dev.freehold.testkit.LocalTimestampAuthority;
import dev.freehold.witness.anchor.AnchorSettings;
import dev.freehold.witness.duty.Duties;
import dev.freehold.witness.duty.DutySettings;
import dev.freehold.witness.duty.WitnessedFiles;
import dev.freehold.witness.serve.WitnessFolder;
import dev.freehold.witness.serve.WitnessServer;
import java.io.IOException;
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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with its key and its log in a folder. */
class GatewayTest {
  private static final SigningKey OWNER = SigningKey.ofSeed(Digest.sha256("owner").bytes());
  private static final TaggedDigest PROGRAM = TaggedDigest.of(Digest.sha256("program"));

  @TempDir private Path folder = Path.of("");
  private final List<String> alarms = Collections.synchronizedList(new ArrayList<>());
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer behind = server();

  @BeforeEach
  void mandate() throws Exception {
    write(House.allowance("127.0.0.1:" + behind.getAddress().getPort(), 3, 1000, Set.of()));
  }

  @AfterEach
  void stop() {
    behind.stop(0);
  }

  @Test
  void itsLogHoldsTheWholeHistoryAndPublishesIt() throws Exception {
    try (Gateway gateway = start()) {
      assertThat(ask(gateway).statusCode()).isEqualTo(200);
      HttpResponse<String> checkpoint = null;
      for (int i = 0; i < 200 && (checkpoint == null || checkpoint.statusCode() != 200); i++) {
        Thread.sleep(20);
        checkpoint = get(gateway, "/log/checkpoint");
      }
      assertThat(checkpoint).isNotNull();
      assertThat(checkpoint.body()).startsWith(NodeLog.keyName(gateway.id()).text() + "\n");
      assertThat(get(gateway, "/log/../gateway.key").statusCode()).isEqualTo(404);
      assertThat(get(gateway, "/log/journal/00000000000000000000").statusCode()).isEqualTo(404);
    }
    assertThat(kinds())
        .containsExactly(EntryKind.MANDATE, EntryKind.REQUEST, EntryKind.EFFECT, EntryKind.RESULT);
    assertThat(history()).isInstanceOf(HistoryCheck.Result.Holds.class);
  }

  @Test
  void itsCheckpointsAreCosignedAndStampedWithinTheDeclaredTime() throws Exception {
    NodeId id = Gateway.identity(folder.resolve("home"));
    VerifierKey key = NodeLog.verifierKey(id);
    LocalTimestampAuthority authority = new LocalTimestampAuthority("one");
    HttpServer stamping = server();
    stamping.createContext(
        "/stamp",
        exchange -> {
          byte[] answer;
          try {
            answer =
                authority.answer(exchange.getRequestBody().readAllBytes(), Instant.now(), true);
          } catch (Exception e) {
            throw new IOException(e);
          }
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    Path witnesses = folder.resolve("witness");
    NoteSigner witness = WitnessFolder.signers(witnesses, null, PassphraseSource.none()).getFirst();
    WitnessServer server =
        WitnessServer.start(
            "127.0.0.1",
            0,
            new Witness(
                List.of(witness),
                List.of(key),
                FolderStorage.open(witnesses),
                InstantSource.system()));
    Policy.KnownWitness known =
        new Policy.KnownWitness(
            "w", witness.verifierKey(), "http://127.0.0.1:" + server.port() + "/");
    DutySettings duties =
        new DutySettings(
            new Policy(List.of(), List.of(known), new Policy.Quorum.One(known)),
            Duration.ofSeconds(5),
            new TimestampPolicy(
                List.of(
                    new TimestampAuthority(
                        "one",
                        authority.certificates(),
                        LocalTimestampAuthority.START,
                        Optional.empty())),
                Map.of("one", "http://127.0.0.1:" + stamping.getAddress().getPort() + "/stamp"),
                1),
            Duration.ofSeconds(2));
    WitnessedFiles kept = new WitnessedFiles(folder.resolve("home/witnessed"));
    try (Gateway gateway =
        Gateway.start(configuration(List.of(folder.resolve("mandate"))).withDuties(duties))) {
      assertThat(ask(gateway).statusCode()).isEqualTo(200);
      for (int i = 0; i < 1000 && stamps(kept) == 0; i++) {
        Thread.sleep(20);
      }
      Thread.sleep(200);
      server.close();
      assertThat(ask(gateway).statusCode()).isEqualTo(200);
      for (int i = 0; i < 1000 && alarms.isEmpty(); i++) {
        Thread.sleep(20);
      }
    }
    assertThat(alarms.getFirst()).contains("duty-missed");
    assertThat(stamps(kept)).isPositive();
    for (SignedCheckpoint each : kept.checkpoints().values()) {
      assertThat(each.verify(List.of(witness.verifierKey())))
          .isInstanceOf(NoteCheck.Accepted.class);
    }
    assertThat(kinds()).contains(EntryKind.TIMESTAMP);
    stamping.stop(0);
    // The stamps among its records do not keep it from going on with its history.
    start().close();
  }

  @Test
  void anAnchorThatIsNotMadeInTimeRaisesTheAlarmAndKeepsNobodyWaiting() throws Exception {
    Path purse = folder.resolve("anchor.key");
    PaymentKeyFile.create(purse, new SecureRandom());
    AnchorSettings nowhere =
        new AnchorSettings(
            URI.create("http://127.0.0.1:9/"),
            ChainId.DEVELOPMENT,
            Address.of(new byte[Address.BYTES]),
            purse,
            Duration.ofSeconds(1),
            0);
    GatewayConfiguration configuration =
        configuration(List.of(folder.resolve("mandate"))).withAnchor(nowhere);
    try (Gateway gateway = Gateway.start(configuration)) {
      assertThat(ask(gateway).statusCode()).isEqualTo(200);
      for (int i = 0; i < 1000 && alarms.isEmpty(); i++) {
        Thread.sleep(20);
      }
      assertThat(alarms.getFirst())
          .contains("duty-missed")
          .contains("\"duty\":\"anchor\"")
          .contains("nobody listens at http://");
      assertThat(ask(gateway).statusCode()).isEqualTo(200);
    }
    Duties.Standing standing =
        Duties.read(folder.resolve("home/witnessed").resolve(Duties.FILE)).getFirst();
    assertThat(standing.name()).isEqualTo("anchor");
    assertThat(standing.missedSince()).isPresent();
  }

  @Test
  void aPaymentKeyThatCannotBeReadKeepsTheGatewayFromStarting() throws Exception {
    AnchorSettings settings =
        new AnchorSettings(
            URI.create("http://127.0.0.1:9/"),
            ChainId.DEVELOPMENT,
            Address.of(new byte[Address.BYTES]),
            Files.writeString(folder.resolve("no.key"), "no key"),
            Duration.ofSeconds(1),
            0);
    GatewayConfiguration configuration =
        configuration(List.of(folder.resolve("mandate"))).withAnchor(settings);
    assertThatThrownBy(() -> Gateway.start(configuration))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining("no.key");
    // Nothing is held: the same folder starts without it.
    start().close();
  }

  private static int stamps(WitnessedFiles kept) throws IOException {
    int stamps = 0;
    for (long size : kept.checkpoints().keySet()) {
      stamps += kept.stamps(size).size();
    }
    return stamps;
  }

  @Test
  void aRestartKeepsTheBudgetTheMandatesAndTheHistory() throws Exception {
    NodeId id;
    try (Gateway gateway = start()) {
      id = gateway.id();
      assertThat(ask(gateway).statusCode()).isEqualTo(200);
      assertThat(ask(gateway).statusCode()).isEqualTo(200);
    }
    // Without naming the mandate again.
    try (Gateway gateway = Gateway.start(configuration(List.of()))) {
      assertThat(gateway.id()).isEqualTo(id);
      assertThat(ask(gateway).statusCode()).isEqualTo(200);
      HttpResponse<String> fourth = ask(gateway);
      assertThat(fourth.statusCode()).isEqualTo(403);
      assertThat(fourth.body()).contains("answers: the budget is used up");
    }
    assertThat(kinds()).filteredOn(k -> k == EntryKind.MANDATE).hasSize(1);
    assertThat(history()).isInstanceOf(HistoryCheck.Result.Holds.class);
  }

  @Test
  void twoGatewaysNeverWriteOneLog() throws Exception {
    try (Gateway gateway = start()) {
      assertThatThrownBy(this::start)
          .isInstanceOf(GatewayException.class)
          .hasMessageContaining("another process");
      assertThat(ask(gateway).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void itDoesNotStartWithoutAMandateThatCounts() throws Exception {
    assertThatThrownBy(() -> Gateway.start(configuration(List.of())))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining("freehold mandate sign");
    Files.writeString(folder.resolve("junk"), "{}\n");
    assertThatThrownBy(() -> Gateway.start(configuration(List.of(folder.resolve("junk")))))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining("holds no mandates");
    GatewayConfiguration strangers = configuration(List.of(folder.resolve("mandate")));
    assertThatThrownBy(
            () ->
                Gateway.start(
                    new GatewayConfiguration(
                        strangers.folder(),
                        0,
                        strangers.upstream(),
                        null,
                        List.of(
                            Owner.of(
                                Party.of(SigningKey.ofSeed(Digest.sha256("x").bytes()).nodeId()))),
                        strangers.mandates(),
                        false,
                        PROGRAM,
                        alarms::add)))
        .hasMessageContaining("no trusted owner");
  }

  /** A log into which somebody wrote with the gateway's key does not continue: it says so. */
  @Test
  void itRefusesToActOnTopOfAHistoryThatDoesNotHold() throws Exception {
    try (Gateway gateway = start()) {
      assertThat(ask(gateway).statusCode()).isEqualTo(200);
    }
    List<Entry> entries = entries();
    Entry last = entries.getLast();
    append(new Entry(last.kind(), last.source(), last.sequence() + 1, last.record()));
    assertThatThrownBy(this::start)
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining("does not continue its history");
  }

  private Gateway start() throws Exception {
    return Gateway.start(configuration(List.of(folder.resolve("mandate"))));
  }

  private GatewayConfiguration configuration(List<Path> mandates) {
    return new GatewayConfiguration(
        folder.resolve("home"),
        0,
        URI.create("http://127.0.0.1:" + behind.getAddress().getPort()),
        null,
        List.of(Owner.of(Party.of(OWNER.nodeId()))),
        mandates,
        false,
        PROGRAM,
        alarms::add);
  }

  private void write(dev.freehold.evidence.mandate.Allowance allow) throws Exception {
    Instant now = InstantSource.system().instant();
    Mandate mandate =
        Mandate.sign(
            new Mandate.Terms(
                allow,
                new Timestamp(now.plus(Duration.ofDays(1))),
                Party.of(Gateway.identity(folder.resolve("home"))),
                new Timestamp(now.minusSeconds(1)),
                Party.of(OWNER.nodeId()),
                new Nonce("000102030405060708090a0b0c0d0e0f"),
                null),
            OWNER);
    Files.write(folder.resolve("mandate"), new MandateChain(List.of(mandate)).encode());
  }

  private HistoryCheck.Result history() throws Exception {
    List<Token> tokens = new ArrayList<>();
    for (Entry entry : entries()) {
      if (entry.kind() != EntryKind.MANDATE) {
        tokens.add(((TokenReading.Accepted) Token.of(entry.record())).token());
      }
    }
    return HistoryCheck.check(
        tokens, Gateway.identity(folder.resolve("home")).key(), PROGRAM, List.of());
  }

  private List<EntryKind> kinds() throws Exception {
    return entries().stream().map(Entry::kind).toList();
  }

  private List<Entry> entries() throws Exception {
    List<Entry> entries = new ArrayList<>();
    try (Log log = log()) {
      log.publish();
      for (byte[] bytes : log.reader().entries(0, log.reader().size())) {
        entries.add(
            switch (Entry.decode(bytes)) {
              case Parsed.Read<Entry>(Entry entry) -> entry;
              case Parsed.Malformed<Entry>(String reason) -> throw new AssertionError(reason);
            });
      }
    }
    return entries;
  }

  private void append(Entry entry) throws Exception {
    try (Log log = log()) {
      log.append(entry).get();
    }
  }

  private Log log() throws Exception {
    SigningKey key =
        dev.freehold.crypto.KeyFile.load(
            folder.resolve("home").resolve("gateway.key"),
            dev.freehold.crypto.PassphraseSource.none());
    KeyName name = NodeLog.keyName(key.nodeId());
    return Log.open(
        FolderStorage.open(folder.resolve("home").resolve("log")),
        Origin.of(name),
        NoteSigner.ed25519(name, key),
        InstantSource.system());
  }

  private HttpResponse<String> ask(Gateway gateway) throws Exception {
    return client.send(
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + gateway.port() + "/v1/chat/completions"))
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"model\":\"tiny\",\"max_tokens\":5,\"messages\":[]}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(Gateway gateway, String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpServer server() {
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      http.createContext(
          "/",
          exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] bytes =
                "{\"choices\":[],\"usage\":{\"completion_tokens\":2}}"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
          });
      http.start();
      return http;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
