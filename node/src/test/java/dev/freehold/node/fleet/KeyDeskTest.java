// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.fleet.MemberName;
import dev.freehold.fleet.pair.KeyNews.Told;
import dev.freehold.fleet.pair.Pairing;
import dev.freehold.fleet.presence.Presence;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member's key says what becomes of it, to a machine that listens. */
class KeyDeskTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Clock CLOCK = Clock.systemUTC();

  private final SigningKey old = SigningKey.generate(RANDOM);
  private final SigningKey next = SigningKey.generate(RANDOM);

  @TempDir private Path folder;
  private FleetNode anna;
  private EventLog log;
  private KeyDesk desk;
  private boolean aside;

  private static FleetSettings settings(String name) {
    return FleetSettings.none()
        .with("fleet-name", name)
        .with("link-listen", "127.0.0.1:0")
        .with("link-loopback", "yes");
  }

  private FleetNode open(String name, SigningKey key) throws Exception {
    Presence presence =
        new Presence(
            new Timestamp(CLOCK.instant()), "x", 0, 0, 1, 0, 0, 0, "x", List.of(), List.of());
    return FleetNode.open(
        settings(name),
        Files.createDirectories(folder.resolve(name)),
        key,
        () -> presence,
        CLOCK,
        RANDOM);
  }

  @BeforeEach
  void pair() throws Exception {
    anna = open("anna", SigningKey.generate(RANDOM));
    log = new EventLog(Files.createDirectories(folder.resolve("anna")), CLOCK);
    desk = KeyDesk.open(anna, _ -> aside, log, CLOCK);
    try (FleetNode bert = open("bert", old)) {
      assertThat(bert.join(anna.invite(Tier.OWN).orElseThrow()))
          .isInstanceOf(Pairing.Result.Joined.class);
    }
  }

  @AfterEach
  void close() throws Exception {
    anna.close();
    log.close();
  }

  private Told tell(KeyStatement statement) throws Exception {
    Map<MemberName, Told> told =
        KeyTeller.tell(old, statement, folder.resolve("bert"), settings("bert"), CLOCK, RANDOM);
    return told.getOrDefault(new MemberName("anna"), Told.NOT_REACHED);
  }

  private List<NodeId> members() {
    return anna.members().list().stream().map(member -> member.node()).toList();
  }

  private static Timestamp in(Duration later) {
    return new Timestamp(CLOCK.instant().plus(later));
  }

  @Test
  void aSuccessorTakesThePlaceOnceAndTheOldKeyIsHeardNoMore() throws Exception {
    KeyStatement.Succession succession = KeyStatement.Succession.sign(old, next, in(Duration.ZERO));
    assertThat(tell(succession)).isEqualTo(Told.TAKEN);
    assertThat(members()).containsExactly(next.nodeId());
    assertThat(desk.news().getFirst().next()).contains(next.nodeId());
    assertThat(tell(succession)).isEqualTo(Told.NOT_REACHED);
    assertThat(desk.news()).hasSize(1);
  }

  @Test
  void aKeyThatEndsIsRemoved() throws Exception {
    assertThat(tell(KeyStatement.End.sign(old, in(Duration.ZERO)))).isEqualTo(Told.TAKEN);
    assertThat(members()).isEmpty();
    assertThat(desk.news().getFirst().next()).isEmpty();
  }

  @Test
  void whatLiesInTheFutureIsNotTaken() throws Exception {
    assertThat(tell(KeyStatement.End.sign(old, in(Duration.ofMinutes(9))))).isEqualTo(Told.REFUSED);
    assertThat(tell(KeyStatement.Succession.sign(old, next, in(Duration.ofMinutes(9)))))
        .isEqualTo(Told.REFUSED);
    assertThat(members()).containsExactly(old.nodeId());
  }

  @Test
  void aMachineThatWasSetAsideGetsNoOtherKey() throws Exception {
    aside = true;
    assertThat(tell(KeyStatement.Succession.sign(old, next, in(Duration.ZERO))))
        .isEqualTo(Told.REFUSED);
    assertThat(members()).containsExactly(old.nodeId());
    // The answer goes out before the line is written.
    Path lines = folder.resolve("anna").resolve(EventLog.FILE);
    for (int i = 0; i < 500 && !Files.readString(lines).endsWith("\n"); i++) {
      Thread.sleep(10);
    }
    assertThat(Files.readString(lines)).contains("key-news-refused", "the machine was set aside");
  }
}
