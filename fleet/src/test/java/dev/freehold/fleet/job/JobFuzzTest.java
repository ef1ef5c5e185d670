// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.record.Parsed;
import dev.freehold.testkit.Mutations;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Whatever bytes come: an order or messages, which write the same bytes again, or a reason. */
@NullMarked
class JobFuzzTest {
  private static final long SEED = 20_261_129;

  @Test
  void anyBytesGiveAnOrderOrAReason() {
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = Mutations.stretched(JobRig.ORDER.encode(), random);
      if (JobOrder.decode(bytes) instanceof Parsed.Read<JobOrder>(JobOrder order)) {
        assertThat(order.encode()).as("seed %d, round %d", SEED, i).isEqualTo(bytes);
        read++;
      }
    }
    assertThat(read).isBetween(1, 19_999);
  }

  @Test
  void anyBytesGiveMessagesOrAReason() {
    Random random = new Random(SEED);
    JobResult result = JobRig.result(JobRig.key(1), JobRig.ORDER, "a", "b");
    JobError error = new JobError(429, "full", "rate_limit_error", "n", "queue_full", 3);
    List<JobMessage> ends = List.of(new JobMessage.Finished(result), new JobMessage.Failed(error));
    int faults = 0;
    for (int i = 0; i < 5_000; i++) {
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      whole.writeBytes(new JobMessage.Alive().encode());
      whole.writeBytes(new JobMessage.Accepted().encode());
      whole.writeBytes(new JobMessage.Chunk(JobRig.chunk("x", "")).encode());
      whole.writeBytes(ends.get(i % 2).encode());
      byte[] bytes = Mutations.stretched(whole.toByteArray(), random);
      MessageReader reader = new MessageReader();
      ByteArrayOutputStream again = new ByteArrayOutputStream();
      for (JobMessage message : reader.receive(bytes)) {
        again.writeBytes(message.encode());
      }
      assertThat(Arrays.copyOf(bytes, again.size()))
          .as("seed %d, round %d", SEED, i)
          .isEqualTo(again.toByteArray());
      faults += reader.fault().isPresent() ? 1 : 0;
    }
    assertThat(faults).isBetween(1, 4_999);
  }
}
