// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PrivateFile;
import dev.freehold.fleet.job.JobRig;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class QuarantineTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-29T00:00:00Z"));
  private static final NodeId LIAR = JobRig.key(1).nodeId();
  private static final Case FOUND =
      new Case(
          LIAR,
          List.of("the receipt carries another nonce"),
          new Case.Evidence.Signed(
              JobRig.result(JobRig.key(1), JobRig.ORDER, "a", "b").transcript()));

  @TempDir private Path folder = Path.of("");
  private final List<Boolean> told = new ArrayList<>();

  private Quarantine open(Path where) throws IOException {
    return Quarantine.open(
        where, CLOCK, new SecureRandom(), (_, problem) -> told.add(problem.isEmpty()));
  }

  @Test
  void aMachineThatWasCaughtStaysOutAfterARestartWithItsEvidence() throws IOException {
    Quarantine quarantine = open(folder);
    assertThat(quarantine.holds(LIAR)).isFalse();
    assertThat(quarantine.convict(FOUND)).isTrue();
    Quarantine again = open(folder);
    assertThat(again.holds(LIAR)).isTrue();
    QuarantineRecord record = again.list().getFirst();
    assertThat(record.reasons()).containsExactly("the receipt carries another nonce");
    assertThat(Digest.sha256(Files.readAllBytes(again.evidence(record.evidence()))))
        .isEqualTo(record.evidence());
    assertThat(told).containsExactly(true);
  }

  @Test
  void aPersonLetsItOutAndTheEvidenceStays() throws IOException {
    Quarantine quarantine = open(folder);
    quarantine.convict(FOUND);
    Digest evidence = quarantine.list().getFirst().evidence();
    assertThat(quarantine.release(LIAR)).isTrue();
    assertThat(quarantine.release(LIAR)).isFalse();
    assertThat(open(folder).holds(LIAR)).isFalse();
    assertThat(quarantine.evidence(evidence)).exists();
  }

  /** The crash table: each write fails, or fails and was persisted. */
  @Test
  void whateverWriteFailsItIsOutAtOnceAndNeverKeptWithoutItsEvidence() throws IOException {
    for (int failing = 0; failing < 2; failing++) {
      for (boolean persisted : new boolean[] {false, true}) {
        Path where = folder.resolve(failing + "-" + persisted);
        int at = failing;
        int[] writes = {0};
        Quarantine quarantine =
            new Quarantine(
                where,
                CLOCK,
                (file, bytes) -> {
                  boolean fails = writes[0]++ == at;
                  if (!fails || persisted) {
                    PrivateFile.create(file, bytes, new SecureRandom());
                  }
                  if (fails) {
                    throw new IOException("no space");
                  }
                },
                (_, problem) -> told.add(problem.isEmpty()));
        assertThat(quarantine.convict(FOUND)).isFalse();
        assertThat(quarantine.holds(LIAR)).isTrue();
        Quarantine after = open(where);
        boolean kept = failing == 1 && persisted;
        assertThat(after.holds(LIAR)).as("write %d, persisted %s", at, persisted).isEqualTo(kept);
        for (QuarantineRecord record : after.list()) {
          assertThat(after.evidence(record.evidence())).exists();
        }
      }
    }
    assertThat(told).containsOnly(false);
  }

  @Test
  void aDamagedRecordIsNamedAndNothingIsLetIn() throws IOException {
    open(folder).convict(FOUND);
    Path records = folder.resolve(Quarantine.RECORDS);
    Path file;
    try (var files = Files.list(records)) {
      file = files.findFirst().orElseThrow();
    }
    Files.writeString(file, Files.readString(file) + "\n");
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(String.valueOf(file.getFileName()));
  }

  @Test
  void anyBytesGiveARecordOrAReason() {
    byte[] good =
        new QuarantineRecord(
                LIAR, new Timestamp(CLOCK.instant()), List.of("why"), Digest.sha256("evidence"))
            .encode();
    assertThat(QuarantineRecord.decode(good)).isInstanceOf(Parsed.Read.class);
    Random random = new Random(5);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = good.clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      if (QuarantineRecord.decode(bytes) instanceof Parsed.Read<QuarantineRecord>(var record)) {
        assertThat(record.encode()).as(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(bytes);
      }
    }
  }
}
