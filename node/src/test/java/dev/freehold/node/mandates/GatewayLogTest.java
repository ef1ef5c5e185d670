// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.mandates;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.action.Action;
import dev.freehold.evidence.action.AgentRecorder;
import dev.freehold.evidence.action.AgentTerms;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.action.Outcome;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain.Standing;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a gateway's log, and how its mandates are ended. */
class GatewayLogTest {
  private static final SigningKey OWNER = key(1);
  private static final SigningKey GATEWAY = key(2);
  private static final SigningKey STRANGER = key(3);
  private static final Instant START = Instant.parse("2026-11-29T08:00:00Z");

  @TempDir private Path home = Path.of("");
  private Instant now = START;
  private @Nullable Log open;
  private long sequence;
  private final Random random = new Random(7);
  private final AgentRecorder recorder =
      new AgentRecorder(GATEWAY, terms(Digest.sha256("none")), () -> now, random);

  private static SigningKey key(int number) {
    byte[] seed = new byte[SigningKey.SEED_BYTES];
    Arrays.fill(seed, (byte) number);
    return SigningKey.ofSeed(seed);
  }

  private static TaggedDigest digest(String text) {
    return TaggedDigest.of(Digest.sha256(text));
  }

  private static AgentTerms terms(Digest mandate) {
    String name = GATEWAY.nodeId().toString();
    return new AgentTerms(
        name,
        OWNER.nodeId().toString(),
        digest("bill"),
        digest("policy"),
        TaggedDigest.of(mandate),
        digest("program"));
  }

  @BeforeEach
  void begin() throws Exception {
    open =
        Log.open(
            FolderStorage.open(home.resolve("gateway/log")),
            Origin.of(NodeLog.keyName(GATEWAY.nodeId())),
            NoteSigner.ed25519(NodeLog.keyName(GATEWAY.nodeId()), GATEWAY),
            () -> now);
  }

  @AfterEach
  void end() throws Exception {
    log().close();
  }

  private Log log() {
    assertThat(open).isNotNull();
    return open;
  }

  private void append(EntryKind kind, byte[] record) throws Exception {
    log().append(kind, new Source(GATEWAY.nodeId().toString()), sequence++, record).get();
    log().publish();
  }

  private GatewayLog reading() {
    return new GatewayLog(home.resolve("gateway"));
  }

  private GatewayPicture look(GatewayLog log) throws Exception {
    return log.look(new Timestamp(now)).orElseThrow();
  }

  private static Allowance allowance(long answers, int delegate) {
    return new Allowance(
        answers,
        Set.of(),
        Classification.PUBLIC,
        delegate,
        Set.of(EffectKind.MODEL_CALL),
        Classification.PUBLIC,
        List.of("m"),
        100,
        0,
        List.of("p"),
        1000,
        List.of(),
        "");
  }

  private Mandate mandate(long answers, @Nullable Mandate under, SigningKey issuer) {
    return Mandate.sign(
        new Mandate.Terms(
            allowance(answers, under == null ? 1 : 0),
            new Timestamp(START.plus(Duration.ofDays(1))),
            Party.of(GATEWAY.nodeId()),
            new Timestamp(START),
            Party.of(issuer.nodeId()),
            Nonce.random(random),
            under == null ? null : under.digest()),
        issuer);
  }

  private void ask(Decision decision, long tokens) throws Exception {
    AgentRecorder.Begun begun =
        recorder.before(
            new AgentRecorder.Judged(
                Action.of(EffectKind.MODEL_CALL, "m"),
                digest("content"),
                decision,
                null,
                decision.releases() ? 50 : 0,
                "why",
                null));
    append(EntryKind.REQUEST, begun.token().bytes());
    if (decision.releases()) {
      append(EntryKind.EFFECT, recorder.during(begun.action(), digest("sent")).bytes());
      append(
          EntryKind.RESULT,
          recorder
              .after(
                  begun.action(),
                  new AgentRecorder.Ended(digest("got"), Outcome.RETURNED, tokens, 200, null))
              .bytes());
    }
  }

  private static String why(Granted granted) {
    assertThat(granted.standing()).isInstanceOf(Standing.Refused.class);
    return ((Standing.Refused) granted.standing()).fault().reason();
  }

  @Test
  void whatIsAllowedAndUsedIsTold() throws Exception {
    assertThat(reading().look(new Timestamp(now))).isEmpty();
    Mandate granted = mandate(5, null, OWNER);
    append(EntryKind.MANDATE, granted.encode());
    GatewayLog log = reading();
    assertThat(look(log).used().answers()).isZero();
    recorder.use(terms(granted.digest()));
    ask(Decision.ALLOW, 30);
    ask(Decision.DENY, 0);
    for (GatewayPicture picture : List.of(look(log), look(reading()))) {
      assertThat(picture.fault()).isEmpty();
      assertThat(picture.used().answers()).isEqualTo(1);
      assertThat(picture.used().tokens()).isEqualTo(30);
      assertThat(picture.underWay()).isZero();
      assertThat(picture.granted()).hasSize(1);
      Granted only = picture.granted().getFirst();
      assertThat(only.standing()).isInstanceOf(Standing.InForce.class);
      assertThat(only.done()).isEqualTo(1);
      assertThat(only.refused()).isEqualTo(1);
    }
    now = START.plus(Duration.ofDays(2));
    assertThat(why(look(log).granted().getFirst())).contains("it expired at");
  }

  @Test
  void aRevocationEndsItsMandateAndAllBelowItAndAStrangersEndsNothing() throws Exception {
    Mandate above = mandate(5, null, OWNER);
    Mandate below = mandate(2, above, GATEWAY);
    Mandate other = mandate(3, null, OWNER);
    for (Mandate each : List.of(above, below, other)) {
      append(EntryKind.MANDATE, each.encode());
    }
    append(
        EntryKind.REVOCATION,
        Revocation.sign(other.digest(), new Timestamp(now), STRANGER).encode());
    GatewayLog log = reading();
    List<Granted> before = look(log).granted();
    assertThat(before)
        .extracting(each -> each.chain().mandates().getLast().digest())
        .containsExactly(other.digest(), below.digest(), above.digest());
    assertThat(before)
        .allSatisfy(each -> assertThat(each.standing()).isInstanceOf(Standing.InForce.class));
    assertThat(((Standing.InForce) before.getFirst().standing()).notes().getFirst())
        .contains("by a stranger");
    append(
        EntryKind.REVOCATION, Revocation.sign(above.digest(), new Timestamp(now), OWNER).encode());
    List<Granted> after = look(log).granted();
    assertThat(after.getFirst().standing()).isInstanceOf(Standing.InForce.class);
    assertThat(why(after.get(1))).contains("revoked by");
    assertThat(why(after.get(2))).contains("revoked by");
  }

  @Test
  void aMandateThatWidensOrIsBadlySignedIsNotInForce() throws Exception {
    Mandate above = mandate(5, null, OWNER);
    Mandate forged = mandate(5, null, OWNER);
    append(EntryKind.MANDATE, above.encode());
    append(EntryKind.MANDATE, mandate(50, above, GATEWAY).encode());
    append(EntryKind.MANDATE, mandate(1, above, STRANGER).encode());
    append(EntryKind.MANDATE, new Mandate(forged.terms(), above.proof()).encode());
    List<Granted> all = look(reading()).granted();
    assertThat(why(all.get(0))).contains("sign");
    assertThat(why(all.get(1))).contains("passes on what");
    assertThat(why(all.get(2))).contains("it allows more than the mandate above it: answers");
    assertThat(all.get(3).standing()).isInstanceOf(Standing.InForce.class);
  }

  @Test
  void aHistoryThatDoesNotContinueIsSaidAndNotCountedOn() throws Exception {
    ask(Decision.ALLOW, 30);
    recorder.before(
        new AgentRecorder.Judged(
            Action.of(EffectKind.MODEL_CALL, "m"),
            digest("lost"),
            Decision.DENY,
            null,
            0,
            "why",
            null));
    ask(Decision.ALLOW, 30);
    GatewayPicture picture = look(reading());
    assertThat(picture.fault().orElseThrow()).contains("record 3 does not continue the history");
    assertThat(picture.used().answers()).isEqualTo(1);
  }

  @Test
  void aLongLogIsReadLookByLookAndAnotherOneFromItsBeginning() throws Exception {
    for (int i = 0; i < 5; i++) {
      append(EntryKind.MANDATE, mandate(i, null, OWNER).encode());
    }
    GatewayLog log = new GatewayLog(FolderStorage.reading(home.resolve("gateway/log")), 2);
    List<Long> read = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      read.add(look(log).read());
    }
    assertThat(read).containsExactly(2L, 4L, 5L, 5L);
    assertThat(look(log).granted()).hasSize(5);
    log().close();
    try (var files = Files.walk(home.resolve("gateway"))) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    sequence = 0;
    begin();
    append(EntryKind.MANDATE, mandate(9, null, OWNER).encode());
    assertThat(look(log).granted()).hasSize(1);
  }

  @Test
  void theOwnersKeyOfTheHomeEndsWhatItGrantedAndNothingElse() throws Exception {
    Revoker revoker = new Revoker(home, () -> now);
    Mandate granted = mandate(5, null, OWNER);
    assertThat(revoker.owner()).isEmpty();
    assertThat(revoker.revoke(granted, 1))
        .isInstanceOfSatisfying(
            Revoker.Outcome.Unsigned.class,
            unsigned -> assertThat(unsigned.why()).contains("has no owner.key"));
    SigningKey own =
        KeyFile.loadOrCreate(
            home.resolve(Revoker.KEY_FILE), PassphraseSource.none(), new SecureRandom());
    assertThat(revoker.owner()).contains(own.nodeId());
    assertThat(revoker.revoke(granted, 1))
        .isInstanceOfSatisfying(
            Revoker.Outcome.Unsigned.class,
            unsigned -> assertThat(unsigned.why()).contains("it was granted by"));
    Mandate mine = mandate(5, null, own);
    assertThat(revoker.revoke(mine, 1))
        .isInstanceOfSatisfying(
            Revoker.Outcome.Undelivered.class,
            undelivered -> {
              assertThat(undelivered.why()).contains("no gateway answers");
              assertThat(undelivered.revocation().mandate()).isEqualTo(mine.digest());
            });
    List<byte[]> posted = new ArrayList<>();
    HttpServer gateway =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext(
        "/v1/revocations",
        exchange -> {
          posted.add(exchange.getRequestBody().readAllBytes());
          exchange.sendResponseHeaders(posted.size() == 1 ? 200 : 503, -1);
          exchange.close();
        });
    gateway.start();
    try {
      assertThat(revoker.revoke(mine, gateway.getAddress().getPort()))
          .isInstanceOf(Revoker.Outcome.Done.class);
      assertThat(Revocation.decode(posted.getFirst()))
          .isInstanceOfSatisfying(
              Parsed.Read.class,
              read -> assertThat(((Revocation) read.value()).mandate()).isEqualTo(mine.digest()));
      assertThat(revoker.revoke(mine, gateway.getAddress().getPort()))
          .isInstanceOfSatisfying(
              Revoker.Outcome.Undelivered.class,
              undelivered -> assertThat(undelivered.why()).contains("answers 503"));
    } finally {
      gateway.stop(0);
    }
  }
}
