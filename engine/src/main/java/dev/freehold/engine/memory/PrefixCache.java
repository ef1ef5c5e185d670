// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.memory;

import dev.freehold.engine.memory.PagePool.Page;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.record.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Attention memory of earlier prompts, found again by their tokens: a tree in which each node is
 * one page, below the page of the positions before it. With each position it keeps the trace's leaf
 * hash, so that an answer has the same trace root whether its prompt was found here or not. The
 * pages used longest ago go first.
 */
public final class PrefixCache {
  private static final int POSITIONS = KeyValuePage.POSITIONS;

  /** One page's worth of positions; only a full one has children. */
  private static final class Node {
    private final @Nullable Node parent;
    private final Page page;
    private final int[] tokens = new int[POSITIONS];
    private final Digest[] leaves = new Digest[POSITIONS];
    private int length;
    private final List<Node> children = new ArrayList<>();

    private Node(@Nullable Node parent, Page page) {
      this.parent = parent;
      this.page = page;
    }

    /** How many of the tokens from {@code from} to {@code to} this node starts with. */
    private int common(int[] wanted, int from, int to) {
      int mismatch = Arrays.mismatch(tokens, 0, Math.min(length, to - from), wanted, from, to);
      return mismatch < 0 ? to - from : mismatch;
    }
  }

  /**
   * A prefix that was found. Its pages are held for the finder, who releases them.
   *
   * @param whole pages to be used as they are, never written to
   * @param partial a page whose first {@code slots} positions are to be copied before it is
   *     released
   * @param leaves the trace's leaf hashes of all positions found
   */
  public record Match(List<Page> whole, Optional<Page> partial, int slots, List<Digest> leaves) {
    /** Positions found. */
    public int length() {
      return whole.size() * POSITIONS + slots;
    }
  }

  private final PagePool pool;
  private final int limit;
  private final List<Node> roots = new ArrayList<>();

  /** Every node, the one used longest ago first. */
  private final Set<Node> nodes = new LinkedHashSet<>();

  /**
   * @param limit pages to keep; 0: nothing is kept
   */
  public PrefixCache(PagePool pool, int limit) {
    this.pool = pool;
    this.limit = limit;
  }

  /** Pages that nobody but the cache holds. */
  public int idlePages() {
    int idle = 0;
    for (Node node : nodes) {
      idle += node.page.holders() == 1 ? 1 : 0;
    }
    return idle;
  }

  /** Whether anything is ever kept. */
  public boolean enabled() {
    return limit > 0;
  }

  /** How many of the first {@code length} tokens would be found. */
  public int lengthOf(int[] tokens, int length) {
    int found = 0;
    List<Node> level = roots;
    while (true) {
      @Nullable Node best = best(level, tokens, found, length);
      int common =
          best == null ? 0 : best.common(tokens, found, Math.min(length, found + POSITIONS));
      found += common;
      if (best == null || common < POSITIONS) {
        return found;
      }
      level = best.children;
    }
  }

  /** Finds and holds the longest prefix of the first {@code length} tokens. */
  public Match find(int[] tokens, int length) {
    List<Page> whole = new ArrayList<>();
    List<Digest> leaves = new ArrayList<>();
    List<Node> level = roots;
    while (true) {
      int from = whole.size() * POSITIONS;
      @Nullable Node best = best(level, tokens, from, length);
      if (best == null) {
        return new Match(whole, Optional.empty(), 0, leaves);
      }
      touch(best);
      pool.share(best.page);
      int common = best.common(tokens, from, Math.min(length, from + POSITIONS));
      leaves.addAll(Arrays.asList(best.leaves).subList(0, common));
      if (common < POSITIONS) {
        return new Match(whole, Optional.of(best.page), common, leaves);
      }
      whole.add(best.page);
      level = best.children;
    }
  }

  private static @Nullable Node best(List<Node> level, int[] tokens, int from, int length) {
    @Nullable Node best = null;
    int most = 0;
    int to = Math.min(length, from + POSITIONS);
    for (Node node : level) {
      int common = node.common(tokens, from, to);
      if (common > most) {
        most = common;
        best = node;
      }
    }
    return best;
  }

  /**
   * Keeps the pages of a sequence's first {@code length} positions. The sequence may go on writing
   * past them.
   *
   * @param pages the page of each {@value KeyValuePage#POSITIONS} positions
   * @param leaves the leaf hash of each position
   */
  public void insert(int[] tokens, int length, List<Page> pages, IntFunction<Digest> leaves) {
    if (limit == 0) {
      return;
    }
    @Nullable Node parent = null;
    for (int from = 0; from < length; from += POSITIONS) {
      int count = Math.min(POSITIONS, length - from);
      Node node = place(parent, pages.get(from / POSITIONS), tokens, from, count);
      for (int i = node.length; i < count; i++) {
        node.tokens[i] = tokens[from + i];
        node.leaves[i] = leaves.apply(from + i);
      }
      node.length = Math.max(node.length, count);
      touch(node);
      parent = node;
    }
    trim();
  }

  /** The node that holds these tokens already, or a new one that is to. */
  private Node place(@Nullable Node parent, Page page, int[] tokens, int from, int count) {
    List<Node> level = parent == null ? roots : parent.children;
    @Nullable Node shorter = null;
    for (Node node : level) {
      int common = node.common(tokens, from, from + count);
      if (node.page == page || common == count) {
        return node;
      }
      if (common == node.length && node.page.holders() == 1) {
        shorter = node;
      }
    }
    if (shorter != null) {
      remove(shorter);
    }
    Node node = new Node(parent, page);
    pool.share(page);
    level.add(node);
    nodes.add(node);
    return node;
  }

  /** Gives pages back until no more are kept than may be. */
  public void trim() {
    boolean more = true;
    while (more && nodes.size() > limit) {
      more = evict();
    }
  }

  /** Gives the page used longest ago back; false if every page is in use. */
  public boolean evict() {
    for (Node node : nodes) {
      if (node.children.isEmpty() && node.page.holders() == 1) {
        remove(node);
        return true;
      }
    }
    return false;
  }

  /** Gives everything back. */
  public void clear() {
    for (Node node : List.copyOf(nodes)) {
      pool.release(node.page);
    }
    nodes.clear();
    roots.clear();
  }

  private void remove(Node node) {
    nodes.remove(node);
    (node.parent == null ? roots : node.parent.children).remove(node);
    pool.release(node.page);
  }

  private void touch(Node node) {
    nodes.remove(node);
    nodes.add(node);
  }
}
