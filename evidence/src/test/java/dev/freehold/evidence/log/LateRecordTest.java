// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import static dev.freehold.evidence.log.Logs.KEYS;
import static dev.freehold.evidence.log.Logs.SOURCE;
import static dev.freehold.evidence.log.Logs.entry;
import static dev.freehold.evidence.log.Logs.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.CanonicalJson;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Records that are finished when they are written. */
class LateRecordTest {

  /** One whose last bytes come late. */
  private static final class Slow implements LateRecord {
    private final byte[] due;
    private final int claimed;
    private final @Nullable RuntimeException fault;
    private int finished;
    private int together;

    Slow(long number) {
      this(number, 0, null);
    }

    Slow(long number, int more, @Nullable RuntimeException fault) {
      this.due = CanonicalJson.bytes(entry(number).record());
      this.claimed = due.length + more;
      this.fault = fault;
    }

    @Override
    public int length() {
      return claimed;
    }

    @Override
    public byte[] record() {
      assertThat(finished).isPositive();
      return due;
    }

    @Override
    public void finish(List<? extends LateRecord> others) {
      if (fault != null) {
        throw fault;
      }
      assertThat(others.contains(this)).isTrue();
      finished++;
      together = others.size();
    }
  }

  private static CompletableFuture<Long> append(Log log, long sequence, LateRecord record) {
    return log.append(EntryKind.RECEIPT, SOURCE, sequence, record);
  }

  @Test
  void theyAreTheEntriesThatTheirBytesWouldHaveBeen() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage)) {
      List<Slow> records = new ArrayList<>();
      List<CompletableFuture<Long>> durable = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        if (i % 3 == 0) {
          durable.add(log.append(entry(i)));
        } else {
          records.add(new Slow(i));
          durable.add(append(log, i, records.getLast()));
        }
      }
      for (int i = 0; i < 300; i++) {
        assertThat(join(durable.get(i))).isEqualTo(i);
      }
      log.publish();
      LogReader reader = log.reader();
      for (int i = 0; i < 300; i++) {
        assertThat(Logs.decode(reader.entry(i))).isEqualTo(entry(i));
      }
      assertThat(LogCheck.run(storage, log.newest().orElseThrow(), KEYS).findings()).isEmpty();
      assertThat(records).allMatch(record -> record.finished == 1);
      assertThat(records).anyMatch(record -> record.together > 1);
    }
  }

  @Test
  void whoHastensFinishesThem() throws Exception {
    try (Log log = Logs.open(new MemoryStorage())) {
      for (int i = 0; i < 50; i++) {
        CompletableFuture<Long> durable = append(log, i, new Slow(i));
        log.hasten();
        assertThat(join(durable)).isEqualTo(i);
      }
    }
  }

  @Test
  void oneThatCantBeFinishedEndsTheLog() throws Exception {
    MemoryStorage storage = new MemoryStorage();
    try (Log log = Logs.open(storage)) {
      join(append(log, 0, new Slow(0)));
      CompletableFuture<Long> faulty =
          append(log, 1, new Slow(1, 0, new IllegalStateException("the key is gone")));
      assertThatThrownBy(() -> join(faulty))
          .isInstanceOf(LogException.class)
          .hasMessageContaining("the key is gone");
      assertThatThrownBy(() -> join(append(log, 1, new Slow(1)))).isInstanceOf(LogException.class);
    }
    try (Log log = Logs.open(storage)) {
      assertThat(log.sizeDurable()).isEqualTo(1);
      assertThat(join(append(log, 1, new Slow(1)))).isEqualTo(1);
    }
  }

  @Test
  void oneOfAnotherLengthThanItSaidIsNotWritten() throws Exception {
    for (int more : new int[] {-3, 5}) {
      MemoryStorage storage = new MemoryStorage();
      try (Log log = Logs.open(storage)) {
        join(append(log, 0, new Slow(0)));
        assertThatThrownBy(() -> join(append(log, 1, new Slow(1, more, null))))
            .isInstanceOf(LogException.class)
            .hasMessageContaining("another length");
      }
      try (Log log = Logs.open(storage)) {
        assertThat(log.sizeDurable()).isEqualTo(1);
      }
    }
  }

  @Test
  void oneThatIsTooLongIsRefusedBeforeItIsFinished() throws Exception {
    try (Log log = Logs.open(new MemoryStorage())) {
      Slow record = new Slow(0, Entry.LIMIT, null);
      assertThatThrownBy(() -> join(append(log, 0, record))).hasMessageContaining("the log takes");
      assertThat(record.finished).isZero();
      assertThat(join(append(log, 0, new Slow(0)))).isZero();
    }
  }
}
