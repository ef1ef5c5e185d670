// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.sales;

import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/** The answers that were sold, in the order in which they ended. Safe for use by many threads. */
public final class SaleBook {
  private final SaleStorage storage;

  /** Nothing is read yet. */
  public SaleBook(SaleStorage storage) {
    this.storage = storage;
  }

  /**
   * Adds an answer: durable when it returns.
   *
   * @throws IOException if it can't be written: the book lacks it, or has it all the same. What the
   *     answer earned is in its channel either way
   */
  public synchronized void append(SoldAnswer answer) throws IOException {
    byte[] bytes = answer.encode();
    byte[] line = Arrays.copyOf(bytes, bytes.length + 1);
    line[bytes.length] = '\n';
    storage.append(month(answer.time()), line);
  }

  /**
   * Gives the answers that ended at this time or later, month by month.
   *
   * @throws IOException naming the line, if one is none of a book
   */
  public void read(Timestamp from, Consumer<SoldAnswer> each) throws IOException {
    for (YearMonth month : storage.months()) {
      if (!month.isBefore(month(from))) {
        try (InputStream in = new BufferedInputStream(storage.read(month))) {
          read(in, month, from, each);
        }
      }
    }
  }

  private void read(InputStream in, YearMonth month, Timestamp from, Consumer<SoldAnswer> each)
      throws IOException {
    int number = 1;
    for (Optional<byte[]> line = line(in); line.isPresent(); line = line(in)) {
      SoldAnswer answer =
          switch (SoldAnswer.decode(line.get())) {
            case Parsed.Read<SoldAnswer>(SoldAnswer read) -> read;
            case Parsed.Malformed<SoldAnswer>(String reason) ->
                throw new IOException(
                    storage
                        + ", "
                        + month
                        + ", line "
                        + number
                        + ": "
                        + reason
                        + ". Mend it, or move the month away: the money is not in it");
          };
      if (answer.time().compareTo(from) >= 0) {
        each.accept(answer);
      }
      number++;
    }
  }

  /** A line that has its line feed; empty at the end, and where a crash cut the last one off. */
  private static Optional<byte[]> line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        return Optional.of(line.toByteArray());
      }
      if (line.size() <= SoldAnswer.LIMIT) {
        line.write(next);
      }
    }
    return Optional.empty();
  }

  private static YearMonth month(Timestamp time) {
    return YearMonth.from(time.instant().atOffset(ZoneOffset.UTC));
  }
}
