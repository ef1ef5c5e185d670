// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.memory;

import dev.freehold.kernel.KeyValuePage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;

/** A bounded number of pages, each with a count of its holders. A page nobody holds is reused. */
public final class PagePool implements AutoCloseable {
  /**
   * A page and how many hold it. Only its first holder writes to it, and only past what is shared.
   */
  public static final class Page {
    private final KeyValuePage memory;
    private int holders;

    private Page(KeyValuePage memory) {
      this.memory = memory;
    }

    /** The page's memory. */
    public KeyValuePage memory() {
      return memory;
    }

    int holders() {
      return holders;
    }
  }

  private final Supplier<KeyValuePage> fresh;
  private int limit;
  private final Deque<Page> idle = new ArrayDeque<>();
  private int held;

  /**
   * @param fresh makes a page
   * @param limit pages that may be held at once
   */
  public PagePool(Supplier<KeyValuePage> fresh, int limit) {
    this.fresh = fresh;
    this.limit = limit;
  }

  /**
   * A page with one holder, whose contents are undefined; empty if as many are held as may be, or
   * as the machine has memory for.
   */
  public Optional<Page> take() {
    if (held >= limit) {
      return Optional.empty();
    }
    Page page;
    try {
      page = idle.isEmpty() ? new Page(fresh.get()) : idle.pop();
    } catch (OutOfMemoryError e) {
      // The machine has less than it was thought to have: go on with what there is.
      limit = Math.max(1, held);
      return Optional.empty();
    }
    page.holders = 1;
    held++;
    return Optional.of(page);
  }

  /** Adds a holder. */
  public void share(Page page) {
    if (page.holders < 1) {
      throw new IllegalStateException("a page that nobody holds can't be shared");
    }
    page.holders++;
  }

  /** Takes a holder away. */
  public void release(Page page) {
    if (page.holders < 1) {
      throw new IllegalStateException("a page that nobody holds can't be released");
    }
    if (--page.holders == 0) {
      held--;
      idle.push(page);
    }
  }

  /** Pages that are held. */
  public int held() {
    return held;
  }

  /** Pages that may be held at once. */
  public int limit() {
    return limit;
  }

  /** Gives idle pages back to the machine. Pages still held stay. */
  @Override
  public void close() {
    for (Page page : idle) {
      page.memory.free();
    }
    idle.clear();
  }
}
