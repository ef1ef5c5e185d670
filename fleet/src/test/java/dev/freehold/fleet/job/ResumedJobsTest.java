// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.fleet.ByteStream;
import dev.freehold.fleet.SocketStream;
import dev.freehold.link.sealed.AskerEnd;
import dev.freehold.link.sealed.JobId;
import dev.freehold.link.sealed.Senders;
import dev.freehold.link.sealed.Ticket;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Later jobs to a machine go with a ticket, and where it holds no more nobody notices. */
@NullMarked
class ResumedJobsTest {
  private static final SigningKey ASKER = JobRig.key(9);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Senders MEMBERS = Senders.known(Set.of(ASKER.nodeId()));

  private final List<byte[]> sent = new CopyOnWriteArrayList<>();
  private final Machines machines = new Machines();
  private final JobClient client = new JobClient(ASKER, machines, RANDOM);

  /** Leads to one machine, and keeps what is written to it. */
  private final class Machines implements JobPeers {
    private @Nullable JobRig rig;
    private byte @Nullable [] refusal;

    @Override
    public List<JobPeer> list() {
      return List.of();
    }

    @Override
    public ByteStream open(NodeId peer) throws IOException {
      byte[] once = refusal;
      refusal = null;
      ByteStream to = Objects.requireNonNull(rig).open();
      InputStream input = once == null ? to.input() : new ByteArrayInputStream(once);
      OutputStream output = once == null ? to.output() : OutputStream.nullOutputStream();
      return new ByteStream() {
        @Override
        public InputStream input() {
          return input;
        }

        @Override
        public OutputStream output() {
          return new FilterOutputStream(output) {
            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
              sent.add(Arrays.copyOfRange(from, offset, offset + length));
              out.write(from, offset, length);
            }

            @Override
            public void write(int one) throws IOException {
              write(new byte[] {(byte) one}, 0, 1);
            }
          };
        }

        @Override
        public void close() {
          to.close();
        }
      };
    }
  }

  private static JobRig rig(Senders senders) throws IOException {
    return new JobRig(1, JobRig.saying(JobRig.key(1), "a", "b"), senders);
  }

  /** Whether an answer came whole. */
  private boolean answered(JobRig rig) throws Exception {
    List<Attempt.Step> steps = JobRig.all(client.begin(rig.key.nodeId(), JobRig.ORDER));
    return steps.getLast() instanceof Attempt.Step.Said(JobMessage.Finished _);
  }

  /** The first bytes of what was written since the last time. */
  private List<Byte> kinds() {
    List<Byte> kinds = new ArrayList<>();
    sent.forEach(bytes -> kinds.add(bytes[0]));
    sent.clear();
    return kinds;
  }

  @Test
  void theFirstJobIsSealedInFullAndTheNextOnesAreResumed() throws Exception {
    try (JobRig rig = rig(MEMBERS)) {
      machines.rig = rig;
      assertThat(answered(rig)).isTrue();
      assertThat(kinds()).containsExactly(JobServer.KEY, JobServer.JOB);
      for (int i = 0; i < 3; i++) {
        assertThat(answered(rig)).isTrue();
        assertThat(kinds()).containsExactly(JobServer.RESUMED);
      }
      assertThat(rig.refusals).isEmpty();
    }
  }

  @Test
  void aMachineThatWasStartedAgainIsSealedToAnewAtOnce() throws Exception {
    try (JobRig before = rig(MEMBERS)) {
      machines.rig = before;
      assertThat(answered(before)).isTrue();
    }
    try (JobRig after = rig(MEMBERS)) {
      machines.rig = after;
      assertThat(kinds()).hasSize(2);
      assertThat(answered(after)).isTrue();
      assertThat(kinds())
          .containsExactly(JobServer.RESUMED, JobServer.JOB, JobServer.KEY, JobServer.JOB);
      assertThat(after.refusals).containsExactly(JobRefusal.UNKNOWN_TICKET, JobRefusal.UNKNOWN_KEY);
      assertThat(answered(after)).isTrue();
      assertThat(kinds()).containsExactly(JobServer.RESUMED);
    }
  }

  @Test
  void aTicketThatIsOverIsForgottenThoughNobodyAsksForAnything() throws Exception {
    try (JobRig rig = rig(MEMBERS)) {
      machines.rig = rig;
      assertThat(answered(rig)).isTrue();
      long now = System.nanoTime();
      assertThat(client.swept(now)).isFalse();
      assertThat(client.ticket(rig.key.nodeId())).isPresent();
      assertThat(client.swept(now + Ticket.LIFE.toNanos())).isTrue();
      assertThat(client.ticket(rig.key.nodeId())).isEmpty();
      assertThat(kinds()).hasSize(2);
      assertThat(answered(rig)).isTrue();
      assertThat(kinds()).containsExactly(JobServer.JOB);
    }
  }

  @Test
  void aMachineThatKeepsNoTicketsGetsEachJobInFull() throws Exception {
    try (JobRig rig = rig(Senders.anyone())) {
      machines.rig = rig;
      assertThat(answered(rig)).isTrue();
      assertThat(answered(rig)).isTrue();
      assertThat(kinds()).containsExactly(JobServer.KEY, JobServer.JOB, JobServer.JOB);
    }
  }

  @Test
  void aProgramThatKnowsNoTicketsGetsTheJobInFullAtOnce() throws Exception {
    try (JobRig rig = rig(MEMBERS)) {
      machines.rig = rig;
      assertThat(answered(rig)).isTrue();
      machines.refusal = new byte[] {JobServer.REFUSED, JobRefusal.MALFORMED.code()};
      assertThat(kinds()).hasSize(2);
      assertThat(answered(rig)).isTrue();
      assertThat(kinds()).containsExactly(JobServer.RESUMED, JobServer.JOB);
    }
  }

  @Test
  void aMachineThatIsFullIsNotAskedAgainAndTheTicketStays() throws Exception {
    try (JobRig rig = rig(MEMBERS)) {
      machines.rig = rig;
      assertThat(answered(rig)).isTrue();
      machines.refusal = new byte[] {JobServer.REFUSED, JobRefusal.BUSY.code()};
      assertThat(kinds()).hasSize(2);
      assertThat(answered(rig)).isFalse();
      assertThat(answered(rig)).isTrue();
      assertThat(kinds()).containsExactly(JobServer.RESUMED, JobServer.RESUMED);
    }
  }

  @Test
  void aResumedJobAlteredAnywhereIsRefusedAndOneThatWasRecordedIsRunOnce() throws Exception {
    try (JobRig rig = rig(MEMBERS)) {
      machines.rig = rig;
      assertThat(answered(rig)).isTrue();
      int refused = 0;
      for (int at = 1; at < 330; at += 13) {
        byte[] bytes = resumed(rig);
        bytes[at] ^= 1;
        assertThat(first(rig, bytes)[0]).as("byte %d", at).isEqualTo(JobServer.REFUSED);
        refused++;
        assertThat(rig.refusals).hasSize(refused);
      }
      assertThat(rig.refusals)
          .contains(JobRefusal.ALTERED, JobRefusal.VERSION, JobRefusal.UNKNOWN_TICKET);
      byte[] bytes = resumed(rig);
      assertThat(first(rig, bytes)[0]).isEqualTo(JobServer.JOB);
      assertThat(first(rig, bytes)).containsExactly(JobServer.REFUSED, JobRefusal.REPLAYED.code());
      byte[] cut = Arrays.copyOf(resumed(rig), 60);
      assertThat(first(rig, cut)).containsExactly(JobServer.REFUSED, JobRefusal.TRUNCATED.code());
    }
  }

  /** A job as the client would send it. */
  private byte[] resumed(JobRig rig) {
    AskerEnd end =
        AskerEnd.resumed(
                client.ticket(rig.key.nodeId()).orElseThrow(),
                JobId.random(RANDOM),
                System.nanoTime())
            .orElseThrow();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(JobServer.RESUMED);
    out.writeBytes(end.opening());
    out.writeBytes(end.request().finish(JobRig.ORDER.encode()));
    return out.toByteArray();
  }

  private static byte[] first(JobRig rig, byte[] bytes) throws IOException {
    try (ByteStream stream = rig.open()) {
      stream.output().write(bytes);
      stream.output().flush();
      ((SocketStream) stream).endOutput();
      return stream.input().readNBytes(2);
    }
  }
}
