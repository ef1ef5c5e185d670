// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.timestamp.LoggedTimestamp;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.evidence.witness.SplitView;
import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogDutiesTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir private Path folder = Path.of("");
  private final Neighbours neighbours = new Neighbours();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-29T12:00:00Z"));
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void open() throws Exception {
    Files.createDirectories(folder.resolve("witnessed"));
  }

  private LogDuties start(OwnLog log, @Nullable Policy policy, @Nullable TimestampPolicy times) {
    LogDuties duties =
        LogDuties.start(
            new DutySettings(policy, MINUTE, times, MINUTE),
            log,
            new LogDuties.Means(
                folder.resolve("witnessed"),
                neighbours,
                new SecureRandom(),
                now::get,
                nanos::get,
                (event, fields) -> told.add(event + " " + fields.write())));
    return duties;
  }

  private void witnesses(OwnLog log) throws Exception {
    for (String name : List.of("w1", "w2", "w3")) {
      neighbours.witness(name, log.key(), folder);
    }
  }

  @Test
  void everyCheckpointGetsItsQuorumAndIsServedWithAllCosignatures() throws Exception {
    try (OwnLog log = new OwnLog(folder.resolve("log"))) {
      witnesses(log);
      try (LogDuties duties = start(log, neighbours.policy(2), null)) {
        for (int i = 0; i < 5; i++) {
          duties.published(log.grow(3, "x"));
          until(() -> log.newest().note().signatures().size() == 4);
          assertThat(served(log)).isEqualTo(log.newest());
        }
        assertThat(duties.standings().getFirst().missedSince()).isEmpty();
        long size = log.newest().checkpoint().size();
        until(() -> kept().checkpoints().containsKey(size));
        until(() -> kept().checkpoints().size() == 1);
      }
    }
    assertThat(told).isEmpty();
  }

  @Test
  void aWitnessThatIsStuckHoldsUpNobodyAndCatchesUpLater() throws Exception {
    try (OwnLog log = new OwnLog(folder.resolve("log"))) {
      witnesses(log);
      neighbours.stuck("w2");
      try (LogDuties duties = start(log, neighbours.policy(2), null)) {
        for (int i = 0; i < 3; i++) {
          duties.published(log.grow(2, "x"));
          until(() -> log.newest().note().signatures().size() == 3);
        }
        neighbours.release();
        until(() -> log.newest().note().signatures().size() == 4);
      }
    }
  }

  @Test
  void aMissedQuorumRaisesAnAlarmOnceAndClearsWhenMet() throws Exception {
    try (OwnLog log = new OwnLog(folder.resolve("log"))) {
      witnesses(log);
      neighbours.down("w1");
      neighbours.down("w3");
      try (LogDuties duties = start(log, neighbours.policy(2), null)) {
        duties.published(log.grow(1, "x"));
        until(() -> log.newest().note().signatures().size() == 2);
        now.set(Instant.parse("2030-01-01T00:00:00Z"));
        Thread.sleep(600);
        // The clock of the day jumped; the time that was declared has not passed.
        assertThat(told).isEmpty();
        nanos.addAndGet(MINUTE.toNanos() + 1);
        until(() -> told.size() == 1);
        assertThat(told.getFirst()).startsWith("duty-missed").contains("witnesses");
        duties.published(log.grow(1, "y"));
        Thread.sleep(300);
        assertThat(told).hasSize(1);
        assertThat(duties.standings().getFirst().why()).contains("connection refused");
      }
      // Another process knows of it, and so does the next one of this log.
      assertThat(Duties.read(folder.resolve("witnessed/duties.json")).getFirst().missedSince())
          .isPresent();
      now.set(Instant.parse("2020-01-01T00:00:00Z"));
      try (LogDuties duties = start(log, neighbours.policy(2), null)) {
        assertThat(duties.standings().getFirst().missedSince()).isPresent();
        neighbours.up("w1");
        duties.published(log.newest());
        until(() -> told.size() == 2);
        assertThat(told.getLast()).startsWith("duty-met");
        assertThat(duties.standings().getFirst().missedSince()).isEmpty();
      }
    }
  }

  @Test
  void aLogThatForkedIsShownItsOwnSplitView() throws Exception {
    OwnLog first = new OwnLog(folder.resolve("log"));
    witnesses(first);
    try (LogDuties duties = start(first, neighbours.policy(3), null)) {
      duties.published(first.grow(5, "one history"));
      until(() -> first.newest().note().signatures().size() == 4);
    }
    first.close();
    try (OwnLog fork = new OwnLog(folder.resolve("fork"));
        LogDuties duties = start(fork, neighbours.policy(3), null)) {
      duties.published(fork.grow(9, "another history"));
      until(() -> told.stream().anyMatch(line -> line.startsWith("split-view")));
      Path file;
      try (Stream<Path> files = Files.list(folder.resolve("witnessed"))) {
        file = files.filter(f -> f.toString().contains("split-view")).findFirst().orElseThrow();
      }
      SplitView view = Neighbours.read(SplitView.decode(Files.readAllBytes(file)));
      assertThat(view.contradicts() && view.signed(fork.key())).isTrue();
      assertThat(fork.newest().note().signatures()).hasSize(1);
    }
  }

  @Test
  void aLogThatWentBackIsToldSo() throws Exception {
    OwnLog first = new OwnLog(folder.resolve("log"));
    witnesses(first);
    try (LogDuties duties = start(first, neighbours.policy(3), null)) {
      duties.published(first.grow(5, "x"));
      until(() -> first.newest().note().signatures().size() == 4);
    }
    first.close();
    try (OwnLog shorter = new OwnLog(folder.resolve("restored"));
        LogDuties duties = start(shorter, neighbours.policy(3), null)) {
      duties.published(shorter.grow(2, "x"));
      until(() -> told.stream().anyMatch(line -> line.startsWith("witness-refuses")));
      assertThat(told.getFirst()).contains("the log went back");
    }
  }

  @Test
  void aWitnessThatAnswersNonsenseCountsForNothing() throws Exception {
    try (OwnLog log = new OwnLog(folder.resolve("log"))) {
      SignedCheckpoint checkpoint = log.grow(3, "x");
      for (Courier.Reply reply :
          List.of(
              new Courier.Reply(200, new byte[0]),
              new Courier.Reply(
                  200,
                  Neighbours.signer("w1")
                      .verifierKey()
                      .toString()
                      .getBytes(StandardCharsets.UTF_8)),
              new Courier.Reply(
                  200,
                  (Neighbours.signer("w1")
                              .sign(
                                  new dev.freehold.evidence.note.Checkpoint(
                                      checkpoint.checkpoint().origin(),
                                      4,
                                      checkpoint.checkpoint().root()),
                                  Instant.EPOCH)
                          + "\n")
                      .getBytes(StandardCharsets.UTF_8)),
              new Courier.Reply(409, "three\n".getBytes(StandardCharsets.UTF_8)),
              new Courier.Reply(409, "3".getBytes(StandardCharsets.UTF_8)),
              new Courier.Reply(301, new byte[0]),
              new Courier.Reply(500, "x".getBytes(StandardCharsets.UTF_8)))) {
        WitnessClient client =
            new WitnessClient(
                "http://w1",
                List.of(Neighbours.signer("w1").verifierKey()),
                log,
                new Courier() {
                  @Override
                  public Reply post(java.net.URI to, String type, byte[] body) {
                    return reply;
                  }

                  @Override
                  public Reply get(java.net.URI from) {
                    return reply;
                  }
                });
        assertThatThrownBy(() -> client.cosign(checkpoint)).isInstanceOf(java.io.IOException.class);
      }
    }
  }

  @Test
  void entriesAreStampedByTwoAuthoritiesAndTheStampsAreLogged() throws Exception {
    neighbours.authority("one");
    neighbours.authority("two");
    try (OwnLog log = new OwnLog(folder.resolve("log"));
        LogDuties duties = start(log, null, neighbours.times(2))) {
      // Left by an earlier process: stamped at once.
      SignedCheckpoint checkpoint = log.grow(3, "x");
      duties.published(checkpoint);
      until(() -> kept().stamps(3).size() == 2);
      until(() -> log.publish().checkpoint().size() == 5);
      SignedCheckpoint after = log.newest();
      LogReader reader = new LogReader(log.files(), after);
      for (byte[] bytes : reader.entries(3, 5)) {
        Entry entry = Neighbours.read(Entry.decode(bytes));
        assertThat(entry.kind()).isEqualTo(EntryKind.TIMESTAMP);
        assertThat(entry.record().get("size")).hasValue(Json.of(3));
      }
      byte[] token = Objects.requireNonNull(kept().stamps(3).get("two"));
      TimestampPolicy.Stamp stamp =
          neighbours.times(1).judge(token, LoggedTimestamp.message(checkpoint.checkpoint()));
      assertThat(stamp.authorityOrNull()).isEqualTo("two");
      // Stamps alone ask for no further stamp.
      duties.published(after);
      nanos.addAndGet(MINUTE.toNanos() * 3);
      Thread.sleep(500);
      assertThat(told).isEmpty();
      assertThat(kept().checkpoints()).hasSize(1);
      // The next entry is stamped within its time.
      duties.published(log.grow(1, "y"));
      Thread.sleep(300);
      nanos.addAndGet(MINUTE.toNanos() * 2 / 3);
      until(() -> kept().stamps(6).size() == 2);
      assertThat(told).isEmpty();
    }
  }

  @Test
  void aMissedStampRaisesAnAlarmAndClearsWhenItIsMade() throws Exception {
    neighbours.authority("one");
    neighbours.authority("two");
    neighbours.down("two");
    try (OwnLog log = new OwnLog(folder.resolve("log"));
        LogDuties duties = start(log, null, neighbours.times(2))) {
      duties.published(log.grow(3, "x"));
      until(() -> kept().stamps(3).size() == 1);
      nanos.addAndGet(MINUTE.toNanos() + 1);
      until(() -> !told.isEmpty());
      assertThat(told.getFirst()).startsWith("duty-missed").contains("two: connection refused");
      neighbours.up("two");
      until(() -> told.size() == 2);
      assertThat(told.getLast()).startsWith("duty-met");
    }
  }

  @Test
  void onlyCosignedCheckpointsAreStampedWhereWitnessesAreDemanded() throws Exception {
    neighbours.authority("one");
    try (OwnLog log = new OwnLog(folder.resolve("log"))) {
      witnesses(log);
      neighbours.down("w1");
      try (LogDuties duties = start(log, neighbours.policy(3), neighbours.times(1))) {
        duties.published(log.grow(3, "x"));
        until(() -> duties.standings().getLast().why().contains("quorum of witnesses"));
        assertThat(kept().checkpoints()).isEmpty();
        neighbours.up("w1");
        until(() -> kept().stamps(3).size() == 1);
        assertThat(kept().checkpoints().firstEntry().getValue().note().signatures()).hasSize(4);
      }
    }
  }

  @Test
  void aClockThatIsFarFromTheAuthoritysIsTold() throws Exception {
    neighbours.authority("one");
    now.set(neighbours.authoritysTime.plusSeconds(3600));
    try (OwnLog log = new OwnLog(folder.resolve("log"));
        LogDuties duties = start(log, null, neighbours.times(1))) {
      duties.published(log.grow(3, "x"));
      until(() -> !told.isEmpty());
      assertThat(told.getFirst()).startsWith("clock-differs");
    }
  }

  @Test
  void aStampThatACrashKeptOutOfTheLogIsLoggedAtTheNextStart() throws Exception {
    neighbours.authority("one");
    try (OwnLog log = new OwnLog(folder.resolve("log"))) {
      SignedCheckpoint checkpoint = log.grow(3, "x");
      try (LogDuties duties = start(log, null, neighbours.times(1))) {
        duties.published(checkpoint);
        until(() -> log.publish().checkpoint().size() == 4);
      }
      try (OwnLog lost = new OwnLog(folder.resolve("lost"))) {
        // The same entries without the stamp's: as if power was cut between the file and the entry.
        SignedCheckpoint same = lost.grow(3, "x");
        assertThat(same.checkpoint()).isEqualTo(checkpoint.checkpoint());
        try (LogDuties duties = start(lost, null, neighbours.times(1))) {
          duties.published(same);
          until(() -> lost.publish().checkpoint().size() == 4);
        }
      }
    }
  }

  private WitnessedFiles kept() {
    return new WitnessedFiles(folder.resolve("witnessed"));
  }

  private static SignedCheckpoint served(OwnLog log) throws Exception {
    return Neighbours.read(SignedCheckpoint.parse(log.files().read("checkpoint").orElseThrow()));
  }

  private static void until(Callable<Boolean> holds) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!holds.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it did not come about within 30 s");
      }
      Thread.sleep(5);
    }
  }
}
