// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.fleet.ByteStream;
import dev.freehold.fleet.SocketStream;
import dev.freehold.link.sealed.AskerEnd;
import dev.freehold.link.sealed.JobId;
import dev.freehold.link.sealed.RunnerKey;
import dev.freehold.link.sealed.Senders;
import dev.freehold.record.Parsed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Jobs over loopback sockets, and what becomes of ones that somebody touched. */
@NullMarked
class JobTest {
  private static final SigningKey ASKER = JobRig.key(9);
  private static final SecureRandom RANDOM = new SecureRandom();

  private static JobRig rig() throws IOException {
    return new JobRig(
        1, JobRig.saying(JobRig.key(1), "a", "b", "c", "d"), Senders.known(Set.of(ASKER.nodeId())));
  }

  private static RunnerKey key(JobRig rig) throws IOException {
    return new JobClient(ASKER, rig.peers(), RANDOM).key(rig.key.nodeId());
  }

  private static byte[] sealed(RunnerKey key, SigningKey asker) {
    AskerEnd end = AskerEnd.named(key, JobId.random(RANDOM), asker, RANDOM);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(JobServer.JOB);
    out.writeBytes(end.opening());
    out.writeBytes(end.request().finish(JobRig.ORDER.encode()));
    return out.toByteArray();
  }

  /** What the runner answers to these bytes, its first two. */
  private static byte[] answer(JobRig rig, byte[] bytes, boolean half) throws IOException {
    try (ByteStream stream = rig.open()) {
      stream.output().write(bytes);
      stream.output().flush();
      if (half) {
        ((SocketStream) stream).endOutput();
      }
      return stream.input().readNBytes(2);
    }
  }

  @Test
  void anOrderIsAnsweredChunkByChunkAndSignedAtTheEnd() throws Exception {
    try (JobRig rig = rig()) {
      Attempt attempt =
          new JobClient(ASKER, rig.peers(), RANDOM).begin(rig.key.nodeId(), JobRig.ORDER);
      List<Attempt.Step> steps = JobRig.all(attempt);
      assertThat(steps).hasSize(6);
      assertThat(steps.get(1))
          .isEqualTo(new Attempt.Step.Said(new JobMessage.Chunk(JobRig.chunk("a", ""))));
      assertThat(steps.getLast())
          .isInstanceOfSatisfying(
              Attempt.Step.Said.class,
              said ->
                  assertThat(((JobMessage.Finished) said.message()).result().transcript().receipt())
                      .matches(receipt -> receipt.signed()));
      assertThat(rig.refusals).isEmpty();
    }
  }

  @Test
  void aByteThatIsAlteredAnywhereIsRefusedAndLeavesARecord() throws Exception {
    try (JobRig rig = rig()) {
      RunnerKey key = key(rig);
      int length = sealed(key, ASKER).length;
      int refused = 0;
      for (int at = 1; at < length; at += 97) {
        byte[] bytes = sealed(key, ASKER);
        bytes[at] ^= 1;
        byte[] answer = answer(rig, bytes, true);
        assertThat(answer[0]).as("byte %d", at).isEqualTo(JobServer.REFUSED);
        refused++;
        assertThat(rig.refusals).hasSize(refused);
      }
      assertThat(rig.refusals)
          .contains(JobRefusal.ALTERED, JobRefusal.VERSION)
          .doesNotContain(JobRefusal.BUSY);
    }
  }

  @Test
  void aJobThatWasRecordedIsRunOnce() throws Exception {
    try (JobRig rig = rig()) {
      byte[] bytes = sealed(key(rig), ASKER);
      assertThat(answer(rig, bytes, false)[0]).isEqualTo(JobServer.JOB);
      assertThat(answer(rig, bytes, false))
          .containsExactly(JobServer.REFUSED, JobRefusal.REPLAYED.code());
    }
  }

  @Test
  void aJobThatIsCutIsRefusedAsTruncated() throws Exception {
    try (JobRig rig = rig()) {
      byte[] bytes = sealed(key(rig), ASKER);
      assertThat(answer(rig, Arrays.copyOf(bytes, bytes.length - 1), true))
          .containsExactly(JobServer.REFUSED, JobRefusal.TRUNCATED.code());
    }
  }

  @Test
  void aStrangersJobIsRefused() throws Exception {
    try (JobRig rig = rig()) {
      assertThat(answer(rig, sealed(key(rig), JobRig.key(8)), false))
          .containsExactly(JobServer.REFUSED, JobRefusal.SENDER_UNKNOWN.code());
    }
  }

  @Test
  void aKeyOfBeforeARestartIsFetchedAnew() throws Exception {
    JobRig before = rig();
    RunnerKey old = key(before);
    before.close();
    try (JobRig rig = rig()) {
      assertThat(answer(rig, sealed(old, ASKER), false))
          .containsExactly(JobServer.REFUSED, JobRefusal.UNKNOWN_KEY.code());
    }
  }

  @Test
  void anErrorOfTheRunnersApiComesThrough() throws Exception {
    JobError error = new JobError(429, "full", "rate_limit_error", null, "queue_full", 3);
    try (JobRig rig =
        new JobRig(1, (_, sink) -> sink.failed(error), Senders.known(Set.of(ASKER.nodeId())))) {
      Attempt attempt =
          new JobClient(ASKER, rig.peers(), RANDOM).begin(rig.key.nodeId(), JobRig.ORDER);
      assertThat(JobRig.all(attempt))
          .containsExactly(new Attempt.Step.Said(new JobMessage.Failed(error)));
      assertThat(error.full()).isTrue();
    }
  }

  @Test
  void ordersAndMessagesAreReadBackAsTheyWereWritten() {
    assertThat(JobOrder.decode(JobRig.ORDER.encode())).isEqualTo(new Parsed.Read<>(JobRig.ORDER));
    MessageReader reader = new MessageReader();
    JobMessage chunk = new JobMessage.Chunk(JobRig.chunk("x", ""));
    byte[] accepted = new JobMessage.Accepted().encode();
    assertThat(reader.receive(accepted)).containsExactly(new JobMessage.Accepted());
    for (byte b : chunk.encode()) {
      for (JobMessage read : reader.receive(new byte[] {b})) {
        assertThat(read).isEqualTo(chunk);
      }
    }
    assertThat(reader.receive(accepted)).isEmpty();
    assertThat(reader.fault()).contains("a message out of its order");
  }
}
