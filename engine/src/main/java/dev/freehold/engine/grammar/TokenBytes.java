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
   * The bytes below node i: bit b of {@code below[2i]} and {@code below[2i + 1]}; see {@link #bit}.
   */
  final long[] below;

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
    this.bytes = new byte[size][];
    this.ends = ends.stream().mapToInt(Integer::intValue).sorted().toArray();
    int count = 0;
    int nodes = 1;
    Integer[] order = new Integer[size];
    for (int token = 0; token < size; token++) {
      boolean silent = control.test(token) || Arrays.binarySearch(this.ends, token) >= 0;
      this.bytes[token] = silent ? new byte[0] : bytes.apply(token).clone();
      if (this.bytes[token].length > 0) {
        order[count++] = token;
        nodes += this.bytes[token].length;
      }
    }
    Arrays.sort(order, 0, count, (a, b) -> Arrays.compareUnsigned(this.bytes[a], this.bytes[b]));
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
    this.below = below();
  }

  private long[] below() {
    int[] parent = new int[label.length];
    int[] last = new int[maxDepth + 1];
    for (int n = 1; n < label.length; n++) {
      parent[n] = last[depth[n] - 1];
      last[depth[n]] = n;
    }
    long[] sets = new long[2 * label.length];
    for (int n = label.length - 1; n > 0; n--) {
      int b = bit(label[n] & 0xff);
      sets[2 * parent[n]] |= sets[2 * n] | (b < 64 ? 1L << b : 0);
      sets[2 * parent[n] + 1] |= sets[2 * n + 1] | (b < 64 ? 0 : 1L << b);
    }
    return sets;
  }

  /** A byte's bit: DEL and all that is not ASCII share one. */
  static int bit(int value) {
    return Math.min(value, 127);
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
