// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.memory.PagePool.Page;
import dev.freehold.engine.model.Batch;
import dev.freehold.engine.trace.Trace;
import dev.freehold.kernel.KeyValuePage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tokens on their way through the model. Everything but {@link #cancelled} belongs to the
 * scheduler's thread once the sequence has been submitted.
 */
abstract sealed class Sequence permits Answer, Embedding {
  private final Runnable wake;
  private int[] tokens;
  private int length;

  /** Positions whose keys and values the pages hold. */
  private int fed;

  private final List<Page> pages = new ArrayList<>();
  private KeyValuePage[] memory = new KeyValuePage[0];
  final Trace trace = new Trace();
  int cachedTokens;
  final long submitted;
  long started = -1;
  private volatile boolean cancelled;

  /**
   * @param wake called from any thread when the sequence has been cancelled
   */
  Sequence(int[] prompt, long submitted, Runnable wake) {
    this.tokens = prompt;
    this.length = prompt.length;
    this.submitted = submitted;
    this.wake = wake;
  }

  /** Whether logits are needed at the last position. */
  abstract boolean wantsLogits();

  /** Whether pages may be taken from the cache, and left to it. */
  abstract boolean usesCache();

  /** Whether nothing is to be done for it for now. */
  boolean rests() {
    return false;
  }

  /** Sees the result of one position, in order, each position once or more (the same each time). */
  abstract void see(Batch batch, int row, int position);

  abstract void fail(String message);

  /** Ends without being complete. */
  abstract void end(long now);

  final void requestCancel() {
    cancelled = true;
    wake();
  }

  /** What was said of it from another thread is seen soon. */
  final void wake() {
    wake.run();
  }

  final boolean cancelled() {
    return cancelled;
  }

  final int[] tokens() {
    return tokens;
  }

  final int token(int position) {
    return tokens[position];
  }

  final int length() {
    return length;
  }

  final int fed() {
    return fed;
  }

  /** Tokens that the model has not taken in yet. */
  final int remaining() {
    return length - fed;
  }

  final void append(int token) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, length * 2);
    }
    tokens[length++] = token;
  }

  final void advance(int count) {
    fed += count;
  }

  final List<Page> pages() {
    return pages;
  }

  /** The pages as the model takes them. */
  final KeyValuePage[] memory() {
    return memory;
  }

  final void addPage(Page page) {
    if (pages.size() == memory.length) {
      memory = Arrays.copyOf(memory, Math.max(4, memory.length * 2));
    }
    memory[pages.size()] = page.memory();
    pages.add(page);
  }

  /** Begins with so many positions already in its pages. */
  final void begin(int positions) {
    fed = positions;
  }

  final void dropPages() {
    pages.clear();
    memory = new KeyValuePage[0];
    fed = 0;
  }
}
