// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.intercept;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A log in memory whose flushes the test does, and whose disk may fail. */
public final class MemoryLog implements RecordLog {
  /** An entry. */
  public record Held(Kind kind, String record) {}

  private final List<Held> entries = new ArrayList<>();
  private final List<CompletableFuture<Long>> waiting = new ArrayList<>();
  private boolean byHand;
  private boolean full;

  @Override
  public synchronized CompletableFuture<Long> append(Kind kind, byte[] record) {
    if (full) {
      return CompletableFuture.failedFuture(new java.io.IOException("no space left on the device"));
    }
    entries.add(new Held(kind, new String(record, java.nio.charset.StandardCharsets.UTF_8)));
    CompletableFuture<Long> durable = new CompletableFuture<>();
    waiting.add(durable);
    if (!byHand) {
      flush();
    }
    return durable;
  }

  /** From now on nothing is durable until {@link #flush}. */
  public synchronized void flushByHand() {
    byHand = true;
  }

  /** All that waits becomes durable. */
  public synchronized void flush() {
    waiting.forEach(w -> w.complete((long) entries.size() - 1));
    waiting.clear();
  }

  /** All that waits fails. */
  public synchronized void failFlush() {
    waiting.forEach(w -> w.completeExceptionally(new java.io.IOException("the flush failed")));
    waiting.clear();
  }

  /** Whether there is room. */
  public synchronized void full(boolean now) {
    full = now;
  }

  /** All entries. */
  public synchronized List<Held> entries() {
    return List.copyOf(entries);
  }

  /** The kinds of all entries. */
  public synchronized List<Kind> kinds() {
    return entries.stream().map(Held::kind).toList();
  }
}
