// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.util.Arrays;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * What each token of a vocabulary adds to a text, as a trie over bytes; built once for a model.
 *
 * <p>Nodes are numbered in preorder. Node 0 is the empty text; the subtree of node i is i to {@code
 * end[i]} (exclusive). Tokens of the same bytes share a node.
 */
public final class TokenBytes {
  private final byte[][] bytes;
  private final int[] ends;

  final byte[] label;
  final short[] depth;
  final int[] end;

  /** Where the tokens of node i begin in {@link #tokens}; they end where those of i + 1 begin. */
  final int[] firstToken;

  final int[] tokens;
  final int maxDepth;

  /**
   * The ASCII characters below node i: bit b of {@code below[2i]} and {@code below[2i + 1]}. DEL's
   * bit says as well that something below is not UTF-8, if a character begins at the node.
   */
  final long[] below;

  /** Whether something below node i is not ASCII. */
  final boolean[] wide;

  /**
   * Builds the trie.
   *
   * @param size the number of tokens
   * @param bytes what a token adds to the text
   * @param control whether a token is a control token; those add nothing and are never allowed. A
   *     control token that opens or closes a tool call ({@link ToolForm#marks}) is given here as an
   *     ordinary token whose bytes are its text
   * @param ends the tokens that end a generation
   */
  public TokenBytes(int size, IntFunction<byte[]> bytes, IntPredicate control, Set<Integer> ends) {
    if (size >= 1 << 24) {
      throw new IllegalArgumentException(size + " tokens are more than any vocabulary has.");
    }
    this.bytes = new byte[size][];
    this.ends = ends.stream().mapToInt(Integer::intValue).sorted().toArray();
    int nodes = 1;
    int[] present = new int[size];
    int count = 0;
    for (int token = 0; token < size; token++) {
      boolean silent = control.test(token) || Arrays.binarySearch(this.ends, token) >= 0;
      this.bytes[token] = silent ? new byte[0] : bytes.apply(token).clone();
      if (this.bytes[token].length > 0) {
        present[count++] = token;
        nodes += this.bytes[token].length;
      }
    }
    int[] order = sorted(Arrays.copyOf(present, count));
    byte[] label = new byte[nodes];
    short[] depth = new short[nodes];
    int[] firstToken = new int[nodes + 1];
    this.tokens = new int[count];
    byte[] before = new byte[0];
    int node = 0;
    int deepest = 0;
    for (int i = 0; i < count; i++) {
      byte[] text = this.bytes[order[i]];
      int shared = Arrays.mismatch(before, text);
      // -1: the same bytes again, so the same node.
      if (shared >= 0) {
        for (int d = shared; d < text.length; d++) {
          node++;
          label[node] = text[d];
          depth[node] = (short) (d + 1);
          firstToken[node] = i;
        }
      }
      this.tokens[i] = order[i];
      deepest = Math.max(deepest, text.length);
      before = text;
    }
    nodes = node + 1;
    this.label = Arrays.copyOf(label, nodes);
    this.depth = Arrays.copyOf(depth, nodes);
    this.firstToken = Arrays.copyOf(firstToken, nodes + 1);
    this.firstToken[nodes] = count;
    this.maxDepth = deepest;
    this.end = new int[nodes];
    int[] open = new int[deepest + 1];
    for (int n = 0; n < nodes; n++) {
      for (int d = this.depth[n]; d <= (n == 0 ? 0 : this.depth[n - 1]); d++) {
        end[open[d]] = n;
      }
      open[this.depth[n]] = n;
    }
    for (int d = 0; d <= (nodes == 1 ? 0 : this.depth[nodes - 1]); d++) {
      end[open[d]] = nodes;
    }
    this.wide = new boolean[nodes];
    this.below = below();
  }

  /** The tokens by their bytes. Most are told apart by the first five, which sort as numbers. */
  private int[] sorted(int[] present) {
    long[] keys = new long[present.length];
    for (int i = 0; i < keys.length; i++) {
      byte[] text = bytes[present[i]];
      long prefix = 0;
      for (int b = 0; b < 5; b++) {
        prefix = prefix << 8 | (b < text.length ? text[b] & 0xff : 0);
      }
      keys[i] = (prefix << 24 | present[i]) ^ Long.MIN_VALUE;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    for (int from = 0; from < keys.length; ) {
      int to = from + 1;
      while (to < keys.length && keys[to] >>> 24 == keys[from] >>> 24) {
        to++;
      }
      Integer[] run = new Integer[to - from];
      for (int i = 0; i < run.length; i++) {
        run[i] = (int) keys[from + i] & 0xffffff;
      }
      if (run.length > 1) {
        Arrays.sort(run, (x, y) -> Arrays.compareUnsigned(bytes[x], bytes[y]));
      }
      for (int i = 0; i < run.length; i++) {
        order[from + i] = run[i];
      }
      from = to;
    }
    return order;
  }

  private long[] below() {
    int[] parent = new int[label.length];
    int[] last = new int[maxDepth + 1];
    for (int n = 1; n < label.length; n++) {
      parent[n] = last[depth[n] - 1];
      last[depth[n]] = n;
    }
    long[] sets = new long[2 * label.length];
    // For each state of UTF-8, whether all below a node is well-formed from there.
    byte[] formed = new byte[label.length];
    Arrays.fill(formed, (byte) -1);
    for (int n = label.length - 1; n > 0; n--) {
      int p = parent[n];
      int value = label[n] & 0xff;
      if ((formed[n] & 1) == 0) {
        sets[2 * n + 1] |= Long.MIN_VALUE;
      }
      for (int state = 0; state < 8; state++) {
        int next = FreeText.utf8(state, value);
        if (next < 0 || ((formed[n] >> next) & 1) == 0) {
          formed[p] &= (byte) ~(1 << state);
        }
      }
      // The bit for what is not UTF-8 is each node's own.
      sets[2 * p] |= sets[2 * n];
      sets[2 * p + 1] |= sets[2 * n + 1] & Long.MAX_VALUE;
      if (value < 0x80) {
        sets[2 * p + (value >> 6)] |= 1L << value;
      }
      wide[p] |= wide[n] || value >= 0x80;
    }
    return sets;
  }

  /** The number of tokens. */
  public int size() {
    return bytes.length;
  }

  /** What a token adds to the text: nothing for control tokens. A copy. */
  public byte[] bytes(int token) {
    return bytes[token].clone();
  }

  /** Whether the token ends a generation. */
  public boolean isEnd(int token) {
    return Arrays.binarySearch(ends, token) >= 0;
  }

  byte[] rawBytes(int token) {
    return bytes[token];
  }

  int[] ends() {
    return ends;
  }
}
