// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import dev.freehold.engine.gguf.Metadata;
import java.util.Arrays;
import java.util.List;

/**
 * SentencePiece with byte fallback ({@code tokenizer.ggml.model} = {@code llama}): spaces become
 * U+2581, and of all neighbours whose concatenation is a token the pair of the highest score is
 * joined until none is left; of equal scores the leftmost goes first. A character that is no token
 * becomes its bytes' tokens.
 */
final class SentencePieceTokenizer extends GgufTokenizer {
  private static final byte[] SPACE = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};

  private final Pieces pieces;
  private final int[] tokens;
  private final int[] bytes = new int[256];
  private final float[] scores;
  private final boolean addsSpace;
  private final Neighbours neighbours = new Neighbours();

  SentencePieceTokenizer(Metadata metadata) {
    Vocabulary known = new Vocabulary(metadata, 1, 2);
    boolean spaced = known.flag("add_space_prefix", true);
    float[] given = known.scores();
    super(known, "llama", "", true, spaced, given, List.of());
    scores = given;
    addsSpace = spaced;
    pieces = new Pieces(vocabulary.size());
    Arrays.fill(bytes, -1);
    IntList tokenOfPiece = new IntList();
    for (int token = 0; token < vocabulary.size(); token++) {
      byte[] text = vocabulary.text(token);
      switch (vocabulary.kind(token)) {
        case NORMAL, UNUSED, UNDEFINED, USER_DEFINED -> {
          if (vocabulary.needsTrust(token)) {
            continue;
          }
          neighbours.addAll(text);
          int piece = pieces.add(text, 0, text.length);
          if (piece < tokenOfPiece.size()) {
            throw Vocabulary.duplicate(token, tokenOfPiece.get(piece));
          }
          tokenOfPiece.add(token);
        }
        case BYTE -> bytes[vocabulary.byteOf(token) & 0xFF] = token;
        case CONTROL, UNKNOWN -> {}
      }
    }
    tokens = tokenOfPiece.toArray();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] < 0) {
        int piece = pieces.find(new byte[] {(byte) i}, 0, 1);
        bytes[i] = piece < 0 ? -1 : tokens[piece];
      }
    }
  }

  @Override
  byte[] textBytes(int token) {
    return switch (vocabulary.kind(token)) {
      case NORMAL, UNUSED, UNDEFINED -> spaced(vocabulary.text(token));
      case USER_DEFINED -> vocabulary.text(token);
      case BYTE -> new byte[] {vocabulary.byteOf(token)};
      case CONTROL, UNKNOWN -> new byte[0];
    };
  }

  private static byte[] spaced(byte[] text) {
    byte[] out = new byte[text.length];
    int count = 0;
    for (int i = 0; i < text.length; count++) {
      if (Arrays.equals(text, i, Math.min(i + 3, text.length), SPACE, 0, 3)) {
        out[count] = ' ';
        i += 3;
      } else {
        out[count] = text[i++];
      }
    }
    return Arrays.copyOf(out, count);
  }

  @Override
  void encodeText(String text, int from, int to, boolean afterSpecial, IntList out) {
    byte[] utf8 = new byte[Math.addExact(Math.multiplyExact(3, to - from), 3)];
    int[] starts = new int[to - from + 2];
    int length = 0;
    int count = 0;
    int first = 0;
    int last = -1;
    Merging merging = new Merging(utf8, starts);
    if (addsSpace && afterSpecial) {
      starts[count++] = length;
      last = 0x2581;
      length = Utf8.encode(last, utf8, length);
    }
    for (int i = from; i < to; ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      point = point == ' ' ? 0x2581 : point;
      if (count > first && !neighbours.meet(last, point)) {
        starts[count] = length;
        merging.run(first, count, out);
        first = count;
      }
      starts[count++] = length;
      length = Utf8.encode(point, utf8, length);
      last = point;
    }
    starts[count] = length;
    merging.run(first, count, out);
  }

  /**
   * Which two characters stand side by side within any token. Where two of a text never do, no
   * merge crosses, and what lies on either side can be merged by itself. A hash may say yes to two
   * that never meet, which costs time alone.
   */
  private static final class Neighbours {
    private static final int BITS = 22;
    private final long[] met = new long[1 << (BITS - 6)];

    void addAll(byte[] text) {
      int last = -1;
      for (int i = 0; i < text.length; ) {
        int length = Math.max(1, Utf8.sequence(text, i));
        int point = Utf8.codePoint(text, i, length);
        if (last >= 0) {
          int hash = hash(last, point);
          met[hash >>> 6] |= 1L << hash;
        }
        last = point;
        i += length;
      }
    }

    boolean meet(int left, int right) {
      int hash = hash(left, right);
      return (met[hash >>> 6] >>> hash & 1) != 0;
    }

    private static int hash(int left, int right) {
      return ((left * 0x9E3779B1 + right) * 0x85EBCA6B) >>> (32 - BITS);
    }
  }

  /** A stretch of characters being merged: a symbol is numbered by its first character. */
  private final class Merging {
    /** Up to so many characters a plain search for the best pair beats a queue. */
    private static final int SHORT = 24;

    private final byte[] text;
    private final int[] starts;
    private int[] next = new int[64];
    private int[] previous = new int[64];
    private int[] pair = new int[64];
    private int first;
    private int count;
    private boolean queued;
    private final LongHeap queue = new LongHeap();

    /** {@code starts} says where each character starts, and at its end where the last one ends. */
    Merging(byte[] text, int[] starts) {
      this.text = text;
      this.starts = starts;
    }

    void run(int from, int to, IntList out) {
      first = from;
      count = to - from;
      queued = count > SHORT;
      if (count > next.length) {
        next = new int[count];
        previous = new int[count];
        pair = new int[count];
      }
      for (int i = 0; i < count; i++) {
        next[i] = i + 1;
        previous[i] = i - 1;
      }
      for (int i = 0; i < count; i++) {
        look(i);
      }
      for (int left = best(); left >= 0; left = best()) {
        int right = next[left];
        pair[right] = -1;
        next[left] = next[right];
        if (next[left] < count) {
          previous[next[left]] = left;
        }
        look(left);
        if (previous[left] >= 0) {
          look(previous[left]);
        }
      }
      for (int i = 0; i < count; i = next[i]) {
        emit(starts[first + i], starts[first + next[i]], out);
      }
    }

    /** The left one of the pair to join next, or -1. */
    private int best() {
      if (queued) {
        while (!queue.isEmpty()) {
          long top = queue.pop();
          int left = (int) top;
          if (pair[left] >= 0 && key(pair[left]) == (int) (top >> 32)) {
            return left; // otherwise one of the two has become part of something else since
          }
        }
        return -1;
      }
      int best = -1;
      for (int i = 0; i < count; i = next[i]) {
        if (pair[i] >= 0 && (best < 0 || key(pair[i]) < key(pair[best]))) {
          best = i;
        }
      }
      return best;
    }

    /** Looks up the token that a symbol and its neighbour would make. */
    private void look(int left) {
      int right = next[left];
      pair[left] = -1;
      if (right < count) {
        int piece = pieces.find(text, starts[first + left], starts[first + next[right]]);
        if (piece >= 0) {
          pair[left] = tokens[piece];
          if (queued) {
            queue.push((long) key(tokens[piece]) << 32 | left);
          }
        }
      }
    }

    private void emit(int from, int to, IntList out) {
      int piece = pieces.find(text, from, to);
      if (piece >= 0) {
        out.add(tokens[piece]);
        return;
      }
      for (int i = from; i < to; i++) {
        int token = bytes[text[i] & 0xFF];
        if (token >= 0) {
          out.add(token);
        }
      }
    }
  }

  /** Integers that sort as scores do, the highest first. */
  private int key(int token) {
    int bits = Float.floatToRawIntBits(scores[token] + 0f);
    return ~(bits ^ (bits >> 31 & Integer.MAX_VALUE));
  }
}
