// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.anchor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.ledger.anchor.EvidenceAnchor;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.IntentStorage;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.witness.duty.Duties;
import dev.freehold.witness.duty.LogDuty;
import dev.freehold.witness.duty.OwnLog;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AnchoringTest {
  private static final Duration WITHIN = Duration.ofSeconds(1);
  private static final PaymentKey KEY = PaymentKey.ofSecret(Keccak256.hash("purse").bytes());
  private static final Address CONTRACT = address(7);

  @TempDir private Path folder = Path.of("");
  private final AtomicLong nanos = new AtomicLong();
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final FakeAnchorChain chain = new FakeAnchorChain(CONTRACT, KEY.address());

  @SuppressWarnings("NullAway.Init")
  private OwnLog log;

  @SuppressWarnings("NullAway.Init")
  private Duties duties;

  @BeforeEach
  void open() throws Exception {
    log = new OwnLog(folder.resolve("log"));
  }

  @AfterEach
  void close() throws Exception {
    log.close();
  }

  private LogDuty start(int depth) throws Exception {
    duties =
        new Duties(
            folder.resolve("duties.json"),
            () -> Instant.parse("2026-11-29T12:00:00Z"),
            nanos::get,
            standing ->
                told.add(
                    standing
                        .missedSince()
                        .map(since -> "missed: " + standing.why())
                        .orElse("met")));
    return Anchoring.start(
        new AnchorSettings(
            URI.create("http://127.0.0.1:1/"),
            ChainId.DEVELOPMENT,
            CONTRACT,
            folder.resolve("anchor.key"),
            WITHIN,
            depth),
        new AnchorMeans(chain, KEY, FolderIntents.open(folder.resolve("intents"))),
        log,
        duties,
        (event, fields) -> told.add(event + " " + fields.write()));
  }

  @Test
  void aCheckpointIsAnchoredOnceAndLoggedOnceItLiesDeepEnough() throws Exception {
    chain.mining(false);
    try (LogDuty anchoring = start(2)) {
      anchoring.published(log.grow(3, "x"));
      until(() -> chain.known() == 1);
      chain.mine();
      chain.mine();
      Thread.sleep(300);
      assertThat(log.anchors()).isEmpty();
      chain.mine();
      until(() -> log.anchors().size() == 1);
      LoggedAnchor anchor = log.anchors().getFirst();
      assertThat(anchor.contradicts(log.at(3))).isEmpty();
      assertThat(EvidenceAnchor.contradicts(anchor, connected(), log.at(3).origin())).isEmpty();
      assertThat(anchor.size()).isEqualTo(3);
      assertThat(anchor.publisher()).isEqualTo(KEY.address());
      // The entry that tells of the anchor asks for no anchor of its own.
      anchoring.published(log.grow(0, "x"));
      nanos.addAndGet(WITHIN.toNanos() * 10);
      Thread.sleep(300);
      duties.check();
      assertThat(told).isEmpty();
      assertThat(chain.known()).isEqualTo(1);
      // The next receipt does, after half the time.
      anchoring.published(log.grow(1, "x"));
      Thread.sleep(300);
      assertThat(chain.known()).isEqualTo(1);
      nanos.addAndGet(WITHIN.toNanos() * 6 / 10);
      until(() -> chain.known() == 2);
      chain.mine();
      chain.mine();
      chain.mine();
      until(() -> log.anchors().size() == 2);
      assertThat(log.anchors().getLast().size()).isEqualTo(5);
      assertThat(told).isEmpty();
    }
  }

  @Test
  void oldAnchorsAreForgottenAndNothingElseIs() throws Exception {
    try (LogDuty anchoring = start(0)) {
      anchoring.published(log.grow(3, "x"));
      until(() -> log.anchors().size() == 1);
    }
    FolderIntents intents = FolderIntents.open(folder.resolve("intents"));
    Intent done = intents.all().getFirst();
    assertThat(done.outcome()).isInstanceOf(Outcome.Executed.class);
    int count = IntentStorage.KEPT + 3;
    chain.repeat(count - 1);
    for (int nonce = 0; nonce < count; nonce++) {
      intents.write(
          new Intent(
              nonce == count - 1 ? done.purpose() : new Intent.Purpose("an old one " + nonce),
              nonce,
              nonce == 1 ? Effect.pay(KEY.address(), Amount.of(1)) : done.effect(),
              done.attempts(),
              done.outcome()));
    }
    try (LogDuty anchoring = start(0)) {
      anchoring.published(log.grow(1, "x"));
      // What is sent in the same round may be counted already, so numbers of them say nothing.
      until(() -> nonces(intents).stream().noneMatch(nonce -> nonce == 0 || nonce == 2));
      assertThat(nonces(intents))
          .startsWith(1L)
          .containsAll(LongStream.range(4, count).boxed().toList());
      nanos.addAndGet(WITHIN.toNanos());
      until(() -> log.anchors().size() == 2);
      assertThat(intents.all().getLast().nonce()).isEqualTo(count);
      assertThat(told).isEmpty();
    }
  }

  @Test
  void aChainThatIsDownRaisesTheAlarmAndIsUsedAgainWhenItIsBack() throws Exception {
    chain.down(true);
    try (LogDuty anchoring = start(0)) {
      anchoring.published(log.grow(2, "x"));
      until(() -> duties.standings().getFirst().why().contains("the connection failed"));
      assertThat(told).isEmpty();
      nanos.addAndGet(WITHIN.toNanos() + 1);
      until(() -> alarm("the connection failed"));
      chain.down(false);
      until(() -> told.contains("met"));
      assertThat(log.anchors()).hasSize(1);
      assertThat(Duties.read(folder.resolve("duties.json")).getFirst().missedSince()).isEmpty();
    }
  }

  @Test
  void whatBecameOfATransactionIsLookedUpAndNothingIsSentTwice() throws Exception {
    chain.losing(true);
    chain.mining(false);
    try (LogDuty anchoring = start(0)) {
      anchoring.published(log.grow(2, "x"));
      until(() -> chain.known() == 1);
    }
    // The next process knows nothing but what the disk holds.
    try (LogDuty anchoring = start(0)) {
      anchoring.published(log.grow(4, "x"));
      Thread.sleep(300);
      assertThat(chain.received()).isEqualTo(1);
      chain.losing(false);
      chain.mining(true);
      chain.mine();
      until(() -> !log.anchors().isEmpty());
      assertThat(log.anchors().getFirst().size()).isEqualTo(2);
      nanos.addAndGet(WITHIN.toNanos() * 6 / 10);
      until(() -> log.anchors().size() == 2);
      assertThat(log.anchors().getLast().size()).isEqualTo(6);
      assertThat(chain.received()).isEqualTo(2);
    }
  }

  @Test
  void anEntryThatACrashLostIsMadeByTheNextProcessAndOnlyOnce() throws Exception {
    log.losing(true);
    SignedCheckpoint checkpoint = log.grow(2, "x");
    try (LogDuty anchoring = start(0)) {
      anchoring.published(checkpoint);
      until(() -> chain.executed() == 1);
      Thread.sleep(300);
    }
    assertThat(log.anchors()).isEmpty();
    log.losing(false);
    for (int i = 0; i < 2; i++) {
      try (LogDuty anchoring = start(0)) {
        anchoring.published(log.grow(0, "x"));
        until(() -> log.anchors().size() == 1);
        Thread.sleep(200);
      }
    }
    assertThat(log.anchors()).hasSize(1);
    assertThat(chain.received()).isEqualTo(1);
  }

  @Test
  void anAnchorThatIsTakenBackIsNoticedAndHandedOverAgain() throws Exception {
    try (LogDuty anchoring = start(0)) {
      anchoring.published(log.grow(2, "x"));
      until(() -> log.anchors().size() == 1);
      chain.takeBack();
      until(() -> told.stream().anyMatch(line -> line.startsWith("anchor-taken-back")));
      until(() -> log.anchors().size() == 2);
      LoggedAnchor before = log.anchors().getFirst();
      LoggedAnchor after = log.anchors().getLast();
      assertThat(after.transaction()).isEqualTo(before.transaction());
      assertThat(after.blockHash()).isNotEqualTo(before.blockHash());
      assertThat(EvidenceAnchor.contradicts(before, connected(), log.at(2).origin()).orElse(""))
          .contains("stands in another block");
      assertThat(EvidenceAnchor.contradicts(after, connected(), log.at(2).origin())).isEmpty();
      assertThat(chain.executed()).isEqualTo(1);
    }
  }

  @Test
  void anotherChainAtTheAddressIsNeitherPaidNorBelieved() throws Exception {
    chain.number(5);
    try (LogDuty anchoring = start(0)) {
      anchoring.published(log.grow(2, "x"));
      until(() -> duties.standings().getFirst().why().contains("this is chain 5"));
      nanos.addAndGet(WITHIN.toNanos() + 1);
      until(() -> alarm("this is chain 5"));
      assertThat(chain.known()).isZero();
    }
  }

  @Test
  void anAccountWithTooLittleIsSaidAndUsedOnceItHasEnough() throws Exception {
    chain.balance(1_000);
    try (LogDuty anchoring = start(0)) {
      anchoring.published(log.grow(2, "x"));
      until(() -> duties.standings().getFirst().why().contains("has 1000, and it may cost"));
      nanos.addAndGet(WITHIN.toNanos() + 1);
      until(() -> alarm("has 1000, and it may cost"));
      assertThat(chain.known()).isZero();
      chain.balance(1L << 50);
      until(() -> told.contains("met"));
    }
  }

  @Test
  void anAddressWithoutTheContractIsNotPaid() throws Exception {
    chain.deployed(false);
    try (LogDuty anchoring = start(0)) {
      anchoring.published(log.grow(2, "x"));
      until(() -> duties.standings().getFirst().why().contains("no evidence anchor at"));
      assertThat(chain.known()).isZero();
    }
  }

  @Test
  void anIntentThatIsDamagedStopsEverything() throws Exception {
    Files.createDirectories(folder.resolve("intents"));
    Files.writeString(folder.resolve("intents/00000000000000000000.json"), "{}");
    try (LogDuty anchoring = start(0)) {
      anchoring.published(log.grow(2, "x"));
      until(() -> duties.standings().getFirst().why().contains("Nothing is sent"));
      assertThat(chain.known()).isZero();
    }
  }

  @Test
  void anEntryIsRejectedForEachWayInWhichTheChainOrTheLogSaysOtherwise() throws Exception {
    try (LogDuty anchoring = start(0)) {
      anchoring.published(log.grow(2, "x"));
      until(() -> log.anchors().size() == 1);
    }
    LoggedAnchor anchor = log.anchors().getFirst();
    Origin origin = log.at(2).origin();
    String other = Keccak256.hash("other").toString();
    rejects(anchor, "chain", Json.of(1), origin, "it is of chain 1, and this is 31337");
    rejects(anchor, "transaction", Json.of(other), origin, "no transaction " + other);
    rejects(anchor, "block", Json.of(0), origin, "stands in another block than 0");
    rejects(anchor, "blockHash", Json.of(other), origin, "stands in another block");
    Json stranger = Json.of(address(9).toString());
    rejects(anchor, "publisher", stranger, origin, "tells of no such anchor");
    rejects(anchor, "size", Json.of(3), origin, "tells of no such anchor");
    Json root = Json.of(Digest.sha256("other").toString());
    rejects(anchor, "root", root, origin, "tells of no such anchor");
    rejects(anchor, "size", Json.of(2), new Origin("another/log"), "tells of no such anchor");
    Checkpoint own = log.at(2);
    assertThat(changed(anchor, "root", root).contradicts(own).orElse("")).contains("root");
    assertThat(anchor.contradicts(log.at(1)).orElse("")).contains("root");
    assertThat(changed(anchor, "checkpoint", root).contradicts(own).orElse("")).contains("digest");
  }

  private void rejects(LoggedAnchor anchor, String member, Json value, Origin origin, String reason)
      throws Exception {
    assertThat(
            EvidenceAnchor.contradicts(changed(anchor, member, value), connected(), origin)
                .orElse(""))
        .contains(reason);
  }

  private static LoggedAnchor changed(LoggedAnchor anchor, String member, Json value) {
    return LoggedAnchor.read(anchor.toJson().with(member, value))
        .orElse(
            reason -> {
              throw new AssertionError(reason);
            });
  }

  @Test
  void readsRecordsOfOneFormOnly() throws Exception {
    try (LogDuty anchoring = start(0)) {
      anchoring.published(log.grow(2, "x"));
      until(() -> log.anchors().size() == 1);
    }
    Json.Obj good = log.anchors().getFirst().toJson();
    malformed(good.with("format", Json.of("freehold-anchor/2")), "format");
    malformed(good.with("more", Json.of(1)), "more");
    malformed(good.with("size", Json.of(0)), "sizes go from 1");
    malformed(good.with("size", Json.of("2")), "size");
    malformed(good.with("chain", Json.of(0)), "chain's number");
    malformed(good.with("block", Json.of(-1)), "numbers of blocks from 0");
    malformed(good.with("transaction", Json.of("0x00")), "not a hash");
    malformed(good.with("contract", Json.of("0x00")), "not an address");
    malformed(good.with("root", Json.of("sha256:00")), "root");
    for (String member :
        List.of(
            "block",
            "blockHash",
            "chain",
            "checkpoint",
            "contract",
            "format",
            "publisher",
            "root",
            "size",
            "transaction")) {
      malformed(good.without(member), member);
    }
  }

  private static void malformed(Json.Obj record, String reason) {
    assertThat(LoggedAnchor.read(record)).isInstanceOf(Parsed.Malformed.class);
    assertThat(((Parsed.Malformed<LoggedAnchor>) LoggedAnchor.read(record)).reason())
        .contains(reason);
  }

  private Chain connected() throws Exception {
    return Chain.connect(chain, ChainId.DEVELOPMENT);
  }

  private boolean alarm(String why) {
    duties.check();
    synchronized (told) {
      return told.stream().anyMatch(line -> line.startsWith("missed: ") && line.contains(why));
    }
  }

  private static Address address(int number) {
    byte[] bytes = new byte[Address.BYTES];
    bytes[19] = (byte) number;
    return Address.of(bytes);
  }

  private static List<Long> nonces(FolderIntents intents) throws IOException {
    return intents.all().stream().map(Intent::nonce).toList();
  }

  private static void until(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.sleep(10);
    }
  }
}
